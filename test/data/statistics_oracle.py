"""The same numbers by NumPy and SciPy: reads samples as JSON from standard input, writes what it computes."""

import json
import sys

import numpy
from scipy import stats

given = json.load(sys.stdin)
found = []
for pair in given["pairs"]:
    before = numpy.array(pair["before"], dtype=float)
    after = numpy.array(pair["after"], dtype=float)
    quantiles = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    d = stats.ks_2samp(before, after, method="asymp").statistic
    root = numpy.sqrt(len(before) * len(after) / (len(before) + len(after)))
    edges = numpy.unique(numpy.quantile(before, numpy.arange(1, 11) / 10, method="inverted_cdf"))
    bins = numpy.concatenate(([-numpy.inf, numpy.nextafter(before.min(), -numpy.inf)], edges, [numpy.inf]))

    def shares(values):
        # Parts are open to the left: a value at an edge belongs to the part that ends there.
        counts = numpy.bincount(numpy.searchsorted(bins[1:-1], values, side="left"), minlength=len(bins) - 1)
        return counts

    one, other = shares(before), shares(after)
    used = (one > 0) | (other > 0)
    p = numpy.maximum(one[used], 0.5) / len(before)
    q = numpy.maximum(other[used], 0.5) / len(after)
    found.append(
        {
            "mean": before.mean(),
            "std": before.std(),
            "quantiles": list(numpy.quantile(before, quantiles)),
            "d": d,
            "kolmogorov": stats.kstwobign.sf((root + 0.12 + 0.11 / root) * d),
            "exact": stats.ks_2samp(before, after, method="asymp").pvalue,
            "psi": float(((q - p) * numpy.log(q / p)).sum()),
        }
    )
tables = []
for counts in given["tables"]:
    result = stats.chi2_contingency(numpy.array(counts).T, correction=False)
    tables.append({"statistic": result.statistic, "p": result.pvalue, "df": int(result.dof)})
tails = [[stats.chi2.sf(x, df), stats.kstwobign.sf(x / 10)] for x, df in given["tails"]]
json.dump({"pairs": found, "tables": tables, "tails": tails}, sys.stdout)
