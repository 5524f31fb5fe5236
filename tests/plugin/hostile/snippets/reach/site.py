# problem: none
# says: tried
# works without a sandbox
import os

os.makedirs("{project}/site", exist_ok=True)
with open("{project}/site/planted", "w") as file:
    file.write("planted")
print("tried")
