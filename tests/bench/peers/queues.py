"""The same chain and farm over Python's multiprocessing queues.   queues.py ITEMS [WORKERS]"""
import multiprocessing
import sys
import time


def numbers(out, items, readers):
    for item in range(items):
        out.put(item)
    for _ in range(readers):
        out.put(None)


def work(inbox, out):
    for item in iter(inbox.get, None):
        out.put(item + 1)
    out.put(None)


def main():
    items, workers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    first, second = multiprocessing.Queue(1024), multiprocessing.Queue(1024)
    begin = time.monotonic()
    children = [multiprocessing.Process(target=numbers, args=(first, items, workers))]
    children += [multiprocessing.Process(target=work, args=(first, second)) for _ in range(workers)]
    for child in children:
        child.start()
    seen = ended = 0
    while ended < workers:
        if second.get() is None:
            ended += 1
        else:
            seen += 1
    print("BENCH", items / (time.monotonic() - begin), "items/s")
    for child in children:
        child.join()
    assert seen == items


main()
