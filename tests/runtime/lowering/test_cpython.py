"""What CPython's own tests demand of coroutines and async generators holds of lowered ones."""

from __future__ import annotations

import pytest

pytest.importorskip("test.test_coroutines", reason="this Python comes without its own tests")
pytest.importorskip("test.test_asyncgen", reason="this Python comes without its own tests")

from tools.lowering.cpython import run

_OBJECT = "it looks at the object that a call makes: a machine is a future, not a coroutine object"
_BY_HAND = "it drives a coroutine object by hand, and asks what send() and throw() refuse"
_COLLECTED = "it counts references, or waits for the collector of garbage"
_CAUSE = "it demands a TypeError around what __await__ raises in async for, not that error itself"
_NEVER = "it demands a warning for a coroutine that is never awaited, or where it was made"

LEFT_OUT = {
    "test_coroutines": {
        "CoroutineTest.test_await_12": _OBJECT,
        "CoroutineTest.test_await_15": _BY_HAND,
        "CoroutineTest.test_bpo_45813_1": _OBJECT,
        "CoroutineTest.test_bpo_45813_2": _OBJECT,
        "CoroutineTest.test_call_aiter_once_in_comprehension": _OBJECT,
        "CoroutineTest.test_copy": _OBJECT,
        "CoroutineTest.test_corotype_1": _OBJECT,
        "CoroutineTest.test_cr_await": _OBJECT,
        "CoroutineTest.test_cr_frame_after_close": _OBJECT,
        "CoroutineTest.test_fatal_coro_warning": _NEVER,
        "CoroutineTest.test_for_6": _COLLECTED,
        "CoroutineTest.test_for_11": _CAUSE,
        "CoroutineTest.test_func_1": _OBJECT,
        "CoroutineTest.test_func_3": _OBJECT,
        "CoroutineTest.test_func_4": _OBJECT,
        "CoroutineTest.test_func_5": _OBJECT,
        "CoroutineTest.test_func_7": _OBJECT,
        "CoroutineTest.test_func_8": _OBJECT,
        "CoroutineTest.test_func_9": _NEVER,
        "CoroutineTest.test_func_11": _OBJECT,
        "CoroutineTest.test_func_12": _BY_HAND,
        "CoroutineTest.test_func_13": _BY_HAND,
        "CoroutineTest.test_func_14": _BY_HAND,
        "CoroutineTest.test_func_15": _BY_HAND,
        "CoroutineTest.test_func_16": _BY_HAND,
        "CoroutineTest.test_func_17": _BY_HAND,
        "CoroutineTest.test_func_18": _BY_HAND,
        "CoroutineTest.test_pickle": _OBJECT,
        "OriginTrackingTest.test_origin_tracking": _NEVER,
        "OriginTrackingTest.test_origin_tracking_warning": _NEVER,
        "OriginTrackingTest.test_unawaited_warning_when_module_broken": _NEVER,
    },
    "test_asyncgen": {
        "AsyncGenAsyncioTest.test_anext_iter": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_aclose_compatible_with_get_stack": _OBJECT,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_anext_04": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_anext_05": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_anext_stopiteration": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_anext_tuple": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_anext_tuple_no_exceptions": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_gc_aclose_09": _COLLECTED,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_02": _OBJECT,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_01": _OBJECT,
        "AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_02": _OBJECT,
        "AsyncGenAsyncioTest.test_async_gen_await_same_aclose_coro_twice": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_await_same_anext_coro_twice": _BY_HAND,
        "AsyncGenAsyncioTest.test_asyncgen_nonstarted_hooks_are_cancellable": _OBJECT,
        "AsyncGenAsyncioTest.test_async_gen_throw_custom_same_aclose_coro_twice": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_throw_custom_same_athrow_coro_twice": _BY_HAND,
        "AsyncGenAsyncioTest.test_async_gen_throw_same_aclose_coro_twice": _BY_HAND,
        "AsyncGenTest.test_async_gen_3_arg_deprecation_warning": _OBJECT,
        "AsyncGenTest.test_async_gen_api_01": _OBJECT,
        "AsyncGenTest.test_async_gen_asend_close_runtime_error": _BY_HAND,
        "AsyncGenTest.test_async_gen_asend_throw_concurrent_with_send": _BY_HAND,
        "AsyncGenTest.test_async_gen_asend_throw_concurrent_with_throw": _BY_HAND,
        "AsyncGenTest.test_async_gen_athrow_close_runtime_error": _BY_HAND,
        "AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_send": _BY_HAND,
        "AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_throw": _BY_HAND,
        "AsyncGenTest.test_async_gen_exception_10": _BY_HAND,
        "AsyncGenTest.test_async_gen_exception_12": _BY_HAND,
        "TestUnawaitedWarnings.test_aclose": _NEVER,
        "TestUnawaitedWarnings.test_asend": _NEVER,
        "TestUnawaitedWarnings.test_asend_send_already_running": _BY_HAND,
        "TestUnawaitedWarnings.test_athrow": _NEVER,
        "TestUnawaitedWarnings.test_athrow_send_already_running": _BY_HAND,
    },
}
"""What is not asked of lowered forms, by its name, and why."""

AT_LEAST = {"test_coroutines": 60, "test_asyncgen": 45}


@pytest.mark.parametrize("module", LEFT_OUT)
def test_what_cpython_demands_of_coroutines_holds_for_their_lowered_forms(module: str) -> None:
    results = dict(run(module, LEFT_OUT[module]))
    assert not {name: problem for name, problem in results.items() if problem}
    assert len(results) >= AT_LEAST[module]
