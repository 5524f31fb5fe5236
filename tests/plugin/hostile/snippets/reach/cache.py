# problem: none
# says: tried
# works without a sandbox
import os

os.makedirs("{project}/.cache/wakepoint", exist_ok=True)
with open("{project}/.cache/wakepoint/planted", "w") as file:
    file.write("planted")
print("tried")
