# SPDX-License-Identifier: MPL-2.0
"""processes.py: runs commands, and reads from /proc what trees of processes have used."""
import os
import pathlib
import subprocess

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def run(command, timeout, check=True, **options):
    """Run a command in a session of its own and return what it printed.

    Ctrl-C so reaches this program alone, which then asks the command to end and waits for it.
    """
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True,
                               **options)
    try:
        output, _ = process.communicate(timeout=timeout)
    except BaseException:
        process.terminate()
        process.communicate(timeout=60)
        raise
    if check and process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with status {process.returncode}:\n{output}")
    return output


def _read_all():
    """Every process: its parent, and the CPU ticks of itself and of its children that ended."""
    found = {}
    for directory in pathlib.Path("/proc").iterdir():
        if not directory.name.isdigit():
            continue
        try:
            text = (directory / "stat").read_text(errors="replace")
        except OSError:
            continue  # it has just ended
        fields = text[text.rindex(")") + 2:].split()
        found[int(directory.name)] = int(fields[1]), sum(int(field) for field in fields[11:15])
    return found


def cpu_seconds(roots):
    """CPU-seconds so far of the tree below each of the named root processes."""
    processes = _read_all()
    names = {pid: name for name, pid in roots.items()}
    ticks = dict.fromkeys(roots, 0)
    for pid, (_, used) in processes.items():
        while pid not in names and pid in processes:
            pid = processes[pid][0]
        if pid in names:
            ticks[names[pid]] += used
    return {name: used / TICKS_PER_SECOND for name, used in ticks.items()}


def machine_seconds():
    """CPU-seconds so far that the whole machine was busy with, or was kept waiting by its host."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, fields[:8])
    return (user + nice + system + interrupts + soft + stolen) / TICKS_PER_SECOND


def leaves(root):
    """The processes below the root that have no children themselves."""
    processes = _read_all()
    parents = {parent for parent, _ in processes.values()}

    def is_below(pid):
        while pid in processes and pid != root:
            pid = processes[pid][0]
        return pid == root

    return [pid for pid in processes if pid != root and pid not in parents and is_below(pid)]


def private_bytes(pid):
    """What a process has of memory that it shares with no other."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines
                      if line.startswith(("Private_Clean:", "Private_Dirty:")))
