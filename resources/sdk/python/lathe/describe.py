"""`python -m lathe.describe`: the facts about this interpreter as one JSON object of texts, for whoever starts programs with it."""

import json

from ._environment import facts

if __name__ == "__main__":
    print(json.dumps(facts(), sort_keys=True))
