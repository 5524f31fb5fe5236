"""What a reader has to go through a run: buttons, a slider, and boxes that the script fills."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.markup import element, joined


def buttons() -> Markup:
    """There and back, to either end, and play."""
    return joined(
        (
            _button("first", "|◀", "First step"),
            _button("back", "◀ Back"),
            _button("next", "Next ▶"),
            _button("last", "▶|", "Last step"),
            _button("play", "Play"),
        )
    )


def _button(name: str, text: str, label: str | None = None) -> Markup:
    return element("button", text, type="button", class_=f"wp-{name}", aria_label=label)


def position() -> Markup:
    """Says at which step the reader is."""
    return element("span", class_="wp-position")


def groove(picture: Markup, last: int, label: str) -> Markup:
    """A slider over a picture of what it goes through.

    Args:
        picture: What is seen of it.
        last: The slider's last step; the first is 0.
        label: What it moves, for those who do not see it.
    """
    slider = element(
        "input", type="range", class_="wp-slider", min=0, max=last, value=0, step=1,
        aria_label=label,
    )  # fmt: skip
    return element("div", picture, slider, class_="wp-groove-box")


def pane_box(title: str, *content: Markup) -> Markup:
    """A part of the stepper that scrolls where it would be too tall; so keys have to reach it."""
    return element(
        "div", *content, class_="wp-pane-box", tabindex=0, role="group", aria_label=title
    )


def lists() -> Markup:
    """What is true of the runtime and the kernel: empty lists, each with its name."""
    named = (
        ("queue", "Run queue"),
        ("tasks", "Tasks"),
        ("waits", "Reactor waits for"),
        ("kernel", "Kernel"),
    )
    return joined(
        element(
            "div",
            element("p", title, class_="wp-pane-name"),
            element("ul", class_=f"wp-{name}"),
        )
        for name, title in named
    )
