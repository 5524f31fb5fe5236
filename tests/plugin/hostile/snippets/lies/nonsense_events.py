# problem: no recording
import gc

from wakepoint.recording.log import Shape
from wakepoint.recording.recorder import Recorder

recorder = next(thing for thing in gc.get_objects() if isinstance(thing, Recorder))
recorder.emit(Shape("state.suspended", "instance", "state"), 41, -3)
recorder.emit(Shape("task.polled", "task", "poll"), "<b>", None)
recorder.emit(Shape("<script>", "of"), "nobody")
