# problem: none
# says: closed
import glob

for link in (*glob.glob("/proc/[0-9]*/root"), *glob.glob("/proc/[0-9]*/cwd")):
    for path in ("{project}/mkdocs.yml", "{home}/.ssh/id_rsa"):
        try:
            with open(link + path) as file:
                print("ESCAPED: read", file.read(20), "by", link)
        except OSError:
            pass
print("closed")
