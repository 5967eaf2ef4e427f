"""Make a virtual environment once, for however many test processes ask for it at the same time.

Arguments: the environment's folder, "1" where it also sees the interpreter's own packages, and the requirements.
The lock is the kernel's, so a maker that is killed lets go of it; without the marker the next one begins anew.
Ends with 0 when the environment is complete, with 3 and pip's last words on stderr when pip could not install.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv


def main(folder, system_packages, requirements):
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marker = os.path.join(folder, "complete")
        if os.path.exists(marker):
            return 0
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, system_site_packages=system_packages, with_pip=bool(requirements), symlinks=True)
        if requirements:
            command = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--no-input", "--retries", "2"]
            pip = subprocess.run(command + requirements, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if pip.returncode != 0:
                sys.stderr.write("\n".join(pip.stdout.splitlines()[-8:]) + "\n")
                shutil.rmtree(folder, ignore_errors=True)
                return 3
        with open(marker, "w") as file:
            file.write("\n".join(requirements) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return 0


sys.exit(main(sys.argv[1], sys.argv[2] == "1", sys.argv[3:]))
