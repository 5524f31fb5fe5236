# problem: none
# says: not written
# works without a sandbox
for path in ("{project}/docs/index.md", "{project}/mkdocs.yml", "{project}/docs/new.md"):
    try:
        with open(path, "a"):
            print("ESCAPED: could write", path.rpartition("/")[2])
    except OSError:
        pass
print("not written")
