"""The rows of the table: what is measured, against whom, and the goal of each."""
from dataclasses import dataclass, field


@dataclass
class Goal:
    """What 'mpyx' is held against: `factor` times the value of a side (or of the best of several), plus something."""
    side: str            # 'peers': the best of them; 'alone': no other side, only `plus`
    factor: float = 1.0
    plus: float = 0.0
    plus_side: str = ""  # as many times `plus` the value of this side
    words: str = ""


@dataclass
class Row:
    name: str
    title: str
    unit: str
    sides: dict          # name of a side -> command; 'mpyx' is ours
    goals: list
    less: bool = False   # less is better
    peers: list = field(default_factory=list)
    rounds: int = 0      # 0: as many as asked for
    why: str = ""        # shown when it cannot be measured


def rows(at, scale, per_us):
    """`at`: how programs are started; `scale(n)`: so many items, fewer in a quick round; `per_us`: steps of work in a microsecond."""
    def us(microseconds):
        return int(microseconds * per_us)

    def at_least(side, factor, words=""):
        return Goal(side, factor, words=words)

    result = []
    add = lambda *args, **kwargs: result.append(Row(*args, **kwargs))

    few, many = scale(300_000), scale(10_000_000)
    chain_peers = {
        "tbb pipeline": at.alone("peer_tbb", "pipeline", scale(1_000_000)),
        "tbb graph": at.alone("peer_tbb", "graph", scale(1_000_000)),
        "python": at.python("queues.py", scale(40_000)),
    }
    add("chain.ranks", "8 B, source, map, sink, each on a rank", "items/s",
        {"mpyx": at.ranks(4, "bench_flow", "chain", many), **chain_peers, "bare rings": at.alone("peer_ring", "chain", many)},
        [at_least("peers", 4), at_least("bare rings", 0.25)], peers=list(chain_peers))
    add("chain.threads", "the same with threads", "items/s",
        {"mpyx": at.alone("bench_flow", "chain", many), "mpyx on ranks": at.ranks(4, "bench_flow", "chain", many)},
        [at_least("mpyx on ranks", 1)])

    for micro in (0, 1, 10, 100):
        items = scale({0: 3_000_000, 1: 1_000_000, 10: 200_000, 100: 20_000}[micro])
        peers = {
            "tbb pipeline": at.alone("peer_tbb", "pipeline", min(items, few), 2, us(micro)),
            "tbb graph": at.alone("peer_tbb", "graph", min(items, few), 2, us(micro)),
        }
        if micro == 0:
            peers["python"] = at.python("queues.py", scale(40_000), 2)
        ideal = {} if micro == 0 else {"two threads": at.alone("peer_plain", "work", items, us(micro))}
        goals = [at_least("peers", 2)] if micro == 0 else []
        if micro == 1:
            goals = [at_least("peers", 1, "(no goal of its own)")]
        if micro >= 10:
            goals = [at_least("two threads", 0.97)]
        add(f"farm.{micro}us", f"source, farm of 2, sink; {micro} us an item", "items/s",
            {"mpyx": at.ranks(5, "bench_flow", "farm", items, us(micro)), **peers, **ideal}, goals, peers=list(peers))

    items = scale(20_000)
    greedy = at.alone("peer_plain", "skew", items, us(100))
    add("skew", "items of 100 us, every 50th 100 x dearer, farm of 2", "s",
        {"mpyx": at.ranks(5, "bench_flow", "skew", items, us(100)), "greedy": greedy},
        [at_least("greedy", 1.05)], less=True)
    add("skew.hosts", "the same over two hosts of one core each", "s",
        {"mpyx": at.hosts(4, "bench_flow", "skew", items, us(100), own_core=True), "greedy": greedy},
        [at_least("greedy", 1.05)], less=True)

    add("hop.asleep", "one small item to a sleeping stage", "us",
        {"mpyx": at.ranks(3, "bench_hop", "asleep", scale(400), 5_000_000),
         "futex": at.alone("peer_ring", "asleep", scale(400), 5_000_000)},
        [at_least("futex", 1.3)], less=True)
    add("hop.hot", "one small item every 2 us to a stage that is awake", "us",
        {"mpyx": at.ranks(3, "bench_hop", "hot", scale(300_000), 2_000),
         "bare ring": at.alone("peer_ring", "hot", scale(300_000), 2_000)},
        [at_least("bare ring", 2)], less=True)
    add("hop.hosts", "one small item to another host, idle", "us",
        {"mpyx": at.hosts(4, "bench_hop", "asleep", scale(400), 5_000_000, "h1", "h2"),
         "mpi pingpong": at.hosts(2, "peer_mpi", "pingpong", scale(2_000), 100_000),
         "futex": at.alone("peer_ring", "asleep", scale(400), 5_000_000)},
        [Goal("mpi pingpong", 2, 2, "futex", "2 x ping-pong + 2 wake-ups")], less=True)

    sizes = {"64KiB": 1 << 16, "1MiB": 1 << 20, "64MiB": 1 << 26}
    add("frames.pass", "Buffers of 64 KiB through 5 stages, none touched", "hops/s",
        {"mpyx": at.ranks(7, "bench_frames", "pass", sizes["64KiB"], scale(500_000))},
        [Goal("absolute", 0, 200_000, words="200,000 hops/s")])
    for name in ("1MiB", "64MiB"):
        add(f"frames.pass.{name}", f"the same of {name}", "hops/s",
            {"mpyx": at.ranks(7, "bench_frames", "pass", sizes[name], scale(200_000)),
             "64 KiB": at.ranks(7, "bench_frames", "pass", sizes["64KiB"], scale(200_000))},
            [at_least("64 KiB", 0.9)])
    # What waits is not in the cache any more when its turn comes; so for loops as well that go over as many frames in turn.
    for name, size, count, waiting in (("1MiB", 1 << 20, 12_000, 64), ("16MiB", 1 << 24, 720, 4)):
        add(f"frames.touch.{name}", f"Buffers of {name}, every stage touches every byte", "frames/s",
            {"mpyx": at.ranks(7, "bench_frames", "touch", size, scale(count)),
             "plain loops": at.alone("peer_plain", "touch", size, scale(count), waiting),
             "in the cache": at.alone("peer_plain", "touch", size, scale(count), 1)},
            [at_least("plain loops", 0.9), at_least("in the cache", 0.9, "(loops whose frame never leaves the cache)")])

    add("objects.floats", "std::vector<float> of 1 MiB, one hop", "GB/s",
        {"mpyx": at.ranks(3, "bench_objects", "floats", scale(8_000)),
         "memcpy": at.alone("peer_plain", "memcpy", 1 << 20)},
        [at_least("memcpy", 0.45)])
    for what, title in (("string", "std::string of 64 B"), ("record", "a struct with a string and a vector")):
        add(f"objects.{what}", f"{title}, source, map, sink", "items/s",
            {"mpyx": at.ranks(4, "bench_objects", what, scale(3_000_000)),
             "Boost.MPI": at.ranks(3, "peer_boost_mpi", what, scale(300_000))},
            [at_least("Boost.MPI", 4)], peers=["Boost.MPI"])

    for size, factor in ((8, 25), (64, 15), (512, 8)):
        items = scale({8: 6_000_000, 64: 3_000_000, 512: 600_000}[size])
        ours = at.hosts(4, "bench_objects", "plain", size, items, "h1", "h2")
        sides = {"mpyx": ours, "raw MPI": at.hosts(2, "peer_mpi", "items", size, scale(200_000)),
                 "MPI by 256": at.hosts(2, "peer_mpi", "items", size, items, 256)}
        goals = [at_least("raw MPI", factor), at_least("MPI by 256", 0.7)]
        if size == 512:
            sides["64 KiB of MPI"] = at.hosts(2, "peer_mpi", "items", size, items, 128)
            goals.append(at_least("64 KiB of MPI", 0.8, "(the link's bytes)"))
        add(f"hosts.{size}B", f"{size} B items to another host", "items/s", sides, goals)
        add(f"hosts.{size}B.delay", f"the same with 5 ms of delay", "items/s",
            {"mpyx": at.hosts(4, "bench_objects", "plain", size, 5 * items, "h1", "h2", link="delay 5"), "without": ours,
             "MPI there": at.hosts(2, "peer_mpi", "items", size, 5 * items, 256 * 1024 // size, link="delay 5")},
            [at_least("without", 0.8), at_least("MPI there", 1, "(messages of 256 KiB, 64 under way, on the same link)")])
    for name, size, count in (("1MiB", 1 << 20, 500), ("16MiB", 1 << 24, 32)):
        add(f"hosts.{name}", f"Buffers of {name} over 2 Gbit/s, both sides compute", "items/s",
            {"mpyx": at.hosts(4, "bench_frames", "across", size, scale(count), "h1", "h2", link="rate 2000"),
             "raw MPI": at.hosts(2, "peer_mpi", "items", size, scale(count), 1, "work", link="rate 2000")},
            [at_least("raw MPI", 0.95)])

    items = scale(4_000)
    add("busy", "16 busy stages on 2 cores", "s",
        {"mpyx": at.ranks(20, "bench_load", "busy", 16, items, us(1000)),
         "two threads": at.seconds(items, at.alone("peer_plain", "work", items, us(1000)))},
        [at_least("two threads", 1.05)], less=True)
    add("idle", "60 idle ranks", "% of a core",
        {"mpyx": at.ranks(61, "bench_load", "idle", 58, 8_000)},
        [Goal("absolute", 0, 1, words="1 % of a core")], less=True)

    add("start.alone", "start to end of one item, 1 rank", "ms",
        {"mpyx": at.wall("alone", 1, "bench_load", "start")},
        [Goal("absolute", 0, 5, words="5 ms")], less=True)
    add("start.ranks", "the same on 4 ranks", "ms",
        {"mpyx": at.wall("ranks", 4, "bench_load", "start"), "mpi hello": at.wall("ranks", 4, "peer_mpi", "hello")},
        [Goal("mpi hello", 1, 30, words="hello-world + 30 ms")], less=True)

    nodes = scale(10_000)
    threads = at.alone("peer_plain", "threads", nodes)
    for shape in ("wide", "long"):
        add(f"graph.{shape}", f"a {shape} graph of 10,000 nodes on 2 ranks", "s",
            {"mpyx": at.ranks(2, "bench_load", shape, nodes), "threads": threads},
            [Goal("threads", 1, 1, words="as many threads + 1 s")], less=True)
    add("graph.memory", "memory per idle node", "KiB",
        {"mpyx": at.ranks(2, "bench_load", "memory", 5_000)},
        [Goal("absolute", 0, 64, words="64 KiB")], less=True)
    for name, program, small in (("items", lambda n: at.ranks(4, "bench_flow", "chain", n), scale(1_000_000)),):
        for times in (10, 100):
            add(f"growth.{name}.x{times}", f"chain: {times} x the items", "items/s",
                {"mpyx": program(small * times), "once": program(small)}, [at_least("once", 1)])
    add("growth.nodes.x10", "10 x the nodes: nodes per second", "nodes/s",
        {"mpyx": at.per_second(nodes, at.ranks(2, "bench_load", "wide", nodes)),
         "once": at.per_second(nodes // 10, at.ranks(2, "bench_load", "wide", nodes // 10))}, [at_least("once", 1)])

    pbz = {"pbzip2": at.wall("shell", 1, "pbzip2 -p2 -b9 -k -f -c {file} >{out}"),
           "lbzip2": at.wall("shell", 1, "lbzip2 -n2 -k -f -c {file} >{out}")}
    add("pbz", "a parallel bzip2, 2 workers", "ms",
        {"mpyx": at.wall("shell", 1, "{examples}/pbz -p 2 {file} {out}"), **pbz},
        [at_least("pbzip2", 1), at_least("lbzip2", 1, "(its own compressor, not libbz2: not comparable)")], less=True)
    return result
