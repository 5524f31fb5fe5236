# problem: none
# says: no home
# works without a sandbox
import glob
import os

SECRETS = (".ssh", ".gnupg", ".aws", ".config", ".netrc", ".pypirc", ".bash_history", ".git")
for home in ("{home}", os.path.expanduser("~"), "/root", *glob.glob("/home/*")):
    for name in SECRETS:
        if os.path.exists(f"{home}/{name}"):
            print("ESCAPED: there is", name, os.listdir(f"{home}/{name}"))
print("no home")
