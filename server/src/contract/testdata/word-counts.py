"""Writes word-counts.json beside this file: texts with the number of words that Python's str.split() finds in them,
and every character that it takes as space. Run again with: python3 word-counts.py"""

import json
import pathlib
import random
import sys

random.seed(20261121)
spaces = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF and not ("a" + chr(c) + "a").split() == ["a" + chr(c) + "a"]]
others = list("aZ9,.é߷한中\u0301\u200b\u200d\u2060\ufeff\u180e\u00ad👩🇩\u0000\u001b\u007f\u0086")


def text():
    return "".join(random.choice(spaces if random.random() < 0.4 else others) for _ in range(random.randrange(40)))


texts = ["", " ", "Hello, how are you?", "\r\n\r\n", "one", " one ", "\ufeffone two"] + [text() for _ in range(500)]
corpus = {"spaces": spaces, "texts": [[text, len(text.split())] for text in texts]}
target = pathlib.Path(__file__).with_name("word-counts.json")
target.write_text(json.dumps(corpus, separators=(",", ":")) + "\n")
