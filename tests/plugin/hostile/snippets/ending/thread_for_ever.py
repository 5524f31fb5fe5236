# problem: not done after
# timeout: 1
import threading
import time

threading.Thread(target=lambda: [time.sleep(1) for _ in range(600)]).start()
