// The functions of functions.py, said in Rust. Everything that is saved is an i32, a type without
// Drop: a value with a destructor would be kept to the end of its scope whether it is read or not.
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pub struct Leaf;

impl Future for Leaf {
    type Output = i32;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<i32> {
        Poll::Pending
    }
}

pub fn leaf(_: i32) -> Leaf {
    Leaf
}

pub fn show(_: i32) {}

pub async fn sequence(a: i32, b: i32) -> i32 {
    let x = leaf(a).await;
    let y = leaf(b).await;
    x + y
}

pub async fn unused(a: i32, b: i32) -> i32 {
    show(a);
    leaf(0).await;
    b
}

pub async fn counted(n: i32) -> i32 {
    let mut total = 0;
    let mut i = 0;
    while i < n {
        let value = leaf(i).await;
        total = total + value;
        i = i + 1;
    }
    total
}

pub async fn until_zero(start: i32) -> i32 {
    let mut turns = 0;
    while leaf(start).await != 0 {
        turns = turns + 1;
    }
    turns
}

pub async fn branch(flag: i32, a: i32, b: i32) -> i32 {
    if flag != 0 {
        leaf(a).await + b
    } else {
        let c = leaf(b).await;
        leaf(c).await + a
    }
}

pub async fn early(a: i32, b: i32) -> i32 {
    let x = leaf(a).await;
    if x < 0 {
        return x;
    }
    let y = leaf(b).await;
    x + y
}

pub async fn operand(a: i32, b: i32) -> i32 {
    a + leaf(b).await
}

pub async fn two_operands(a: i32, b: i32) -> i32 {
    leaf(a).await + leaf(b).await
}

pub async fn reassigned(a: i32) -> i32 {
    let mut x = a;
    show(x);
    leaf(0).await;
    x = 5;
    leaf(x).await;
    x
}

pub async fn nested_loops(n: i32, m: i32) -> i32 {
    let mut sum = 0;
    let mut i = 0;
    while i < n {
        let mut j = 0;
        while j < m {
            sum = sum + leaf(j).await;
            j = j + 1;
        }
        leaf(i).await;
        i = i + 1;
    }
    sum
}

pub async fn breaks(limit: i32) -> i32 {
    let mut best = 0;
    loop {
        let value = leaf(best).await;
        if value == 0 {
            continue;
        }
        if value > limit {
            break;
        }
        best = value;
        leaf(value).await;
    }
    best
}

pub async fn matched(kind: i32, a: i32, b: i32) -> i32 {
    match kind {
        0 => leaf(a).await,
        1 => leaf(a).await + b,
        _ => b,
    }
}

pub async fn conditional(a: i32, b: i32, c: i32) -> i32 {
    if leaf(a).await > 0 && leaf(b).await > c {
        c
    } else {
        leaf(0).await
    }
}

pub async fn inner(a: i32) -> i32 {
    leaf(a).await + a
}

pub async fn outer(a: i32, b: i32) -> i32 {
    let x = inner(a).await;
    x + inner(b).await
}

pub async fn either(flag: i32, a: i32) -> i32 {
    if flag != 0 {
        let x = a + 1;
        let y = a + 2;
        let z = a + 3;
        leaf(x).await;
        x + y + z
    } else {
        let w = a + 4;
        leaf(w).await;
        w
    }
}
