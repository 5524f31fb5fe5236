# problem: SyntaxError|MemoryError|out of memory|RecursionError
{brackets}
