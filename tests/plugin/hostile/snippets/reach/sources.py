# problem: none
# says: not there
# works without a sandbox
import os

for path in ("{project}/mkdocs.yml", "{project}/docs/index.md", "{project}/docs"):
    if os.path.exists(path):
        print("ESCAPED: there is", path.rpartition("/")[2])
print("not there")
