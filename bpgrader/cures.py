"""What an error of Python or NumPy means to a beginner, and how it is cured."""

import re

# (kind, what is searched in "ErrorType: text", what to say); the first that is found counts.
CURES = [
    (
        "memory",
        r"MemoryError",
        "an array became far too large: look at its shape",
    ),
    (
        "name of one sitting",
        r"NameError: name '(?P<name>In|Out|_[ioh\d]*)'",
        "{name} holds what Jupyter has run or shown so far, and the grader runs the notebook anew: "
        "give the value a name of its own",
    ),
    (
        "unknown name",
        r"NameError: name '(?P<name>\w+)'",
        "the name {name} is not known: run the cell that defines it, define it in this cell, or"
        " look for a slip in its spelling",
    ),
    (
        "no value yet",
        r"UnboundLocalError.*variable '(?P<name>\w+)'",
        "{name} is used before it gets a value: set it before the loop, or before the if",
    ),
    (
        "import",
        r"^\w*(Import|ModuleNotFound)\w*|may use only|is not available here",
        "answers may import NumPy, and from bpcore what the first cell imports",
    ),
    (
        "inner sizes",
        r"matmul: .*core dimension.*size (?P<b>\d+) is different from (?P<a>\d+)",
        "the inner sizes of a product with @ are {a} and {b}, and must be equal: is a transpose"
        " (.T) missing, or one too many, or are the two in the wrong order?",
    ),
    (
        "inner sizes",
        r"shapes .* not aligned: (?P<a>\d+) .* != (?P<b>\d+)",
        "the inner sizes of the product are {a} and {b}, and must be equal: is a transpose (.T)"
        " missing, or one too many, or are the two in the wrong order?",
    ),
    (
        "number in @",
        r"matmul: .*enough dimensions",
        "one side of @ is a single number or None; numbers multiply with *, and entry 0 of W "
        "and b is None: layers count from 1",
    ),
    (
        "lost axis",
        r"broadcast.* \((\d+),\)|broadcast.* \((\d+),(\d+)\) \((\d+),\)",
        "one of the two has lost an axis: keep it with keepdims=True in mean or sum, or take "
        "X[:, s:s + 1] in place of X[:, s]",
    ),
    (
        "broadcast",
        r"broadcast",
        "two arrays of these shapes do not go together entry by entry: is a matrix product (@),"
        " a transpose (.T) or keepdims=True missing?",
    ),
    (
        "truth value",
        r"truth value of an array",
        "an array is neither true nor false as a whole, so if, and, or, not, and the built-in "
        "max and min do not work on it: use np.where, np.maximum, & or |",
    ),
    (
        "math on arrays",
        r"only (0-dimensional|length-1|size-1) arrays",
        "use np.exp, np.log and their like, which take whole arrays: math.exp, math.log and float "
        "take one number; an array that holds one number gives it by .item()",
    ),
    (
        "built-in sum or max",
        r"'(axis|keepdims)' is an invalid keyword|'numpy.ndarray' object .* be interpreted|"
        r"\b(sum|max|min)\(\) got an unexpected keyword argument '(axis|keepdims)'",
        "the built-in sum, max and min know no axis and no arrays: use np.sum, np.max, np.min",
    ),
    (
        "sum of a generator",
        r"np\.sum\(generator\)",
        "the sum of NumPy takes an array or a list, the built-in sum takes f(k) for k in ...; from "
        "numpy import * hides the built-in one",
    ),
    (
        "dim",
        r"unexpected keyword argument '(dim|keepdim)'",
        "what PyTorch calls dim and keepdim is axis and keepdims in NumPy",
    ),
    (
        "power",
        r"bitwise_xor|unsupported operand type\(s\) for \^",
        "a power is written **, as in x**2; ^ is another operator in Python",
    ),
    (
        "append to array",
        r"'ndarray' object has no attribute 'append'|ndarray.*'append'",
        "an array cannot grow: collect in a list, and make it an array at the end with "
        "np.array(...)",
    ),
    (
        "labels as a mask",
        r"arrays used as indices|'invert' not supported",
        "labels are numbers, and a choice of entries needs truth values: write a[Y == 1] for a[Y],"
        " and Y == 0 or 1 - Y for ~Y",
    ),
    (
        "method of a tensor",
        r"ndarray' object has no attribute '(?P<name>abs|exp|log|log1p|sqrt|square|tanh|sign|where|"
        r"maximum|minimum|matmul|multiply|add|subtract|power|reciprocal|median|average)'",
        "an array has no method {name}: in NumPy that is a function, np.{name}(...)",
    ),
    (
        "whole number",
        r"only integer scalar arrays|'float' object cannot be interpreted as an integer|"
        r"(list|tuple|range|slice) indices must be|only integers, slices|__index__",
        "an index, a size or a number of turns must be a whole number: divide with //, count "
        "with range(...), and give a list one index at a time",
    ),
    (
        "None",
        r"NoneType",
        "something is None: entry 0 of W, b and z is None by intention (layers count from 1), "
        "and a function that lacks its return gives None, as append, reverse and sort do",
    ),
    (
        "unpacking",
        r"too many values to unpack|not enough values to unpack|cannot unpack",
        "the names on the left and the values on the right differ in number: look at what the "
        "function gives back",
    ),
    (
        "different lengths",
        r"inhomogeneous",
        "the parts differ in shape, so np.array makes no array of them: give them as a list, "
        "[dW, db], or make them alike",
    ),
    (
        "list in arithmetic",
        r"'list'.*has no attribute|unsupported operand.*'list'|bad operand.*'list'|"
        r"multiply sequence|concatenate list|instances of 'list'|setting an array element",
        "lists do not calculate: make an array of them with np.array(...), if all their entries"
        " have the same shape",
    ),
    (
        "call without brackets",
        r"unsupported operand.*(function|method)|'[\w.]*(function|method|"
        r"ufunc)\w*' object is not subscriptable|(function|method)' object has no",
        "the brackets of a call are missing: f(x), a.mean(), not f[x] or a.mean",
    ),
    (
        "not a function",
        r"object is not callable",
        "the brackets call something that is no function: write * where you mean times, [i] "
        "where you mean an entry, and give no variable the name of a function",
    ),
    (
        "index beyond the end",
        r"list index out of range|is out of bounds for axis|pop from empty",
        "an index reaches beyond the end: the last one is the length minus 1; layers count from"
        " 1 to len(W) - 1",
    ),
    (
        "too few axes",
        r"too many indices|AxisError|invalid index to scalar|axes don't match",
        "the array has fewer axes than you ask for: print its shape; keepdims=True keeps both",
    ),
    (
        "not a list",
        r"object is not subscriptable|has no len|is not iterable",
        "that is a single number, not a list or an array: look at what you take apart",
    ),
    (
        "no such name",
        r"has no attribute",
        "there is no such name: look for a slip in its spelling, and use plain NumPy",
    ),
    (
        "arguments",
        r"positional argument|required keyword|unexpected keyword|at most \d+ argument|"
        r"takes exactly",
        "a function gets too few or too many arguments: keep the first line of the answer as it"
        " was, and give all that it asks for",
    ),
    (
        "in place",
        r"Cannot cast|read-only",
        "an array is changed in place, and cannot take these numbers: write x = x + y in place "
        "of x += y",
    ),
    (
        "shapes",
        r"boolean index|cannot reshape|same shape|must match exactly|number of dimensions|"
        r"zero-dimensional",
        "the shapes do not go together: print them in the line before",
    ),
    (
        "square matrix",
        r"LinAlgError|must be square",
        "the matrix must be square, and not singular: is it X @ X.T?",
    ),
    (
        "division by zero",
        r"ZeroDivision",
        "you divide by 0: can a number of samples or a length be 0 there?",
    ),
    (
        "too large a number",
        r"domain error|range error|OverflowError|FloatingPoint",
        "the number is too large or too small for the function: look at the sign in the "
        "exponent, and take np.log, np.exp",
    ),
    (
        "no such key",
        r"KeyError: (?P<name>.*)",
        "the dict has no key {name}: compare the spelling of the keys",
    ),
    (
        "endless recursion",
        r"RecursionError",
        "the function calls itself without end: when does it stop?",
    ),
    (
        "not Python",
        r"(Syntax|Indentation|Tab)Error",
        "the cell is not valid Python: look at brackets, colons and indents near that line",
    ),
    (
        "key",
        r"unhashable",
        "a list, a dict or an array cannot be a key, an entry of a set, or an argument of a "
        "function with @lru_cache: take a number or a text, or leave that out",
    ),
    (
        "reaches out",
        r"EOFError|StdinNotImplemented|FileNotFoundError|PermissionError",
        "the grader runs a function on its arguments alone, without files, and nobody answers an "
        "input(...)",
    ),
    (
        "types",
        r"data type|not supported for the input types|concatenate str|instances of|"
        r"unhashable|unsupported operand|bad operand",
        "two things are put together that do not belong together: shapes go in a tuple, "
        "np.zeros((2, 3)); & and | need brackets around each side",
    ),
    (
        "still blank",
        r"NotImplementedError",
        "the line raise NotImplementedError is still reached: delete it",
    ),
    (
        "assert",
        r"AssertionError",
        "an assert of your own does not hold",
    ),
]


def cure(error: str) -> tuple[str, str]:
    """Tell what kind of error it is, and what to do about it.

    Parameters
    ----------
    error : str
        The type and the text, such as ``NameError: name 'x' is not defined``.

    Examples
    --------
    >>> cure("AxisError: axis 1 is out of bounds for array of dimension 1")
    ('too few axes', 'the array has fewer axes than you ask for: print its shape; keepdims=True \
keeps both')
    """
    for kind, pattern, text in CURES:
        if found := re.search(pattern, error):
            return kind, text.format(**found.groupdict())
    return (
        "other",
        "print the values and the shapes in the line before, and see which surprises you",
    )
