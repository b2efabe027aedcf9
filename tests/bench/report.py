# SPDX-License-Identifier: MPL-2.0
"""report.py: the figures as a table, the ratios with their goals."""
import re
import statistics

GROUPS = ("load", "nginx", "workers", "PostgreSQL")

# What of what, the goal.
RATIOS = (
    ("c", "b", 0.45),
    ("d", "i", 0.30),
    ("c", "s", None),
    ("b", "a", None),
)
MEMORY_GOAL_MIB = 12
STAGE = re.compile(r"\b([a-z]+)_us=(\d+)")


def _line(title, cells):
    print(f"{title:<25}" + "".join(f"{cell:>11}" for cell in cells))


def _per_10_000(measure, group):
    # The workers are codev's or the responder's, whichever answers.
    name = measure.group if group == "workers" else group
    return f"{measure.cpu[name] * 10000 / measure.requests:.2f}" if name else ""


def _all_cpu(measure):
    """CPU-seconds of a request, wherever they were spent."""
    return sum(measure.cpu.values()) / measure.requests


def _print_table(measures):
    print()
    # The third heading spans the columns of the groups.
    _line("", ["requests/s", "", "", "ms", "", f"{'CPU-seconds per 10,000 requests':>44}",
               "% of CPU"])
    _line("", ["median", "lowest", "highest", "p50", "p99", *GROUPS, "others"])
    for measure in measures.values():
        _line(f"({measure.key}) {measure.title}", [
            *(f"{function(measure.rates):,.0f}" for function in (statistics.median, min, max)),
            *(f"{statistics.median(values):.2f}" if values else ""
              for values in (measure.p50, measure.p99)),
            *(_per_10_000(measure, group) for group in GROUPS),
            f"{100 * statistics.median(measure.others):.0f}"])


def _met(is_met):
    return "met" if is_met else "MISSED"


def _print_ratios(measures):
    print()
    _line("Ratios, round by round", ["median", "lowest", "highest", "by CPU", "goal"])
    for above, below, goal in RATIOS:
        values = [x / y for x, y in zip(measures[above].rates, measures[below].rates)]
        middle = statistics.median(values)
        by_cpu = _all_cpu(measures[below]) / _all_cpu(measures[above])
        cells = [f"{number:.2f}" for number in (middle, min(values), max(values), by_cpu)]
        if goal is not None:
            cells += [f"≥ {goal:.2f}", _met(middle >= goal)]
        _line(f"({above}) / ({below})", cells)


def _print_memory(memory):
    mebibytes = [number / 2**20 for number in memory]
    highest = max(mebibytes)
    print()
    _line("Private memory, MiB", ["median", "highest", "workers", "goal"])
    _line("a codev worker", [f"{statistics.median(mebibytes):.1f}", f"{highest:.1f}",
                             len(memory), f"≤ {MEMORY_GOAL_MIB}",
                             _met(highest <= MEMORY_GOAL_MIB)])


def _print_stages(instance, measures):
    print("\nStages in a worker, µs, median")
    for measure in measures:
        stages = {}
        for start, end in measure.log_ranges:
            for line in instance.log_lines(start, end):
                for name, value in STAGE.findall(line):
                    stages.setdefault(name, []).append(int(value))
        print(f"({measure.key}) " + "  ".join(f"{name} {statistics.median(values):.0f}"
                                              for name, values in stages.items()))


def print_report(title, instance, measures, memory):
    print()
    print(title)
    _print_table(measures)
    _print_ratios(measures)
    _print_memory(memory)
    _print_stages(instance, [measures["c"], measures["d"]])
