"""What made-up projects do in each hook of pytest and pytest-xdist.

HOOKS has every hook of `_pytest.hookspec` and `xdist.newhooks`; a test fails for a hook that is missing. Each hook is
generated in six styles (see STYLES), with a body that only notes the call or with one of its own bodies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from project import ALONE, ROLES

STYLES = ("plain", "tryfirst", "trylast", "wrapper", "hookwrapper", "in_class")


@dataclass
class Hook:
    # The arguments that the bodies name.
    args: str
    # An expression with what is noted of a call.
    key: str = "''"
    # Bodies of plain hooks by name. A tuple has the body and further code of the same file.
    plain: dict = field(default_factory=dict)
    # Bodies after the `yield` of a wrapper by name. They may change `result`.
    wrapped: dict = field(default_factory=dict)
    # Whether pytest lets the hook be a wrapper.
    wraps: bool = True
    traits: tuple = ()
    # Files in which pytest calls the hook. "plugin" stands for a module that an option switches on.
    places: tuple = ("conftest.py", "conftest.py", "plugin", "sub")
    # A test that makes pytest call the hook, for hooks that are seldom called.
    trigger: str = ""
    # Whether calls may be noted. Not where other programs' internals make the calls.
    notes: bool = True


EARLY = ("conftest.py", "plugin")
XDIST = {"traits": (ROLES,), "places": EARLY}

_STATS = (
    "for word in ('passed', 'failed', 'skipped', 'error', 'xfailed', 'xpassed', 'rerun', 'own'):\n"
    "    terminalreporter.write_line('SEEN %s %d' % (word, len(terminalreporter.stats.get(word, []))))"
)
_PRINT = (
    "\n{keep} = []\ndef pytest_terminal_summary(terminalreporter):\n"
    "    for words in sorted({keep}): terminalreporter.write_line('SEEN ' + words)\n"
)


def _seen(words):
    """A body that keeps words, and a summary that prints them."""
    return f"KEPT.append({words})", _PRINT.format(keep="KEPT")


HOOKS = {
    "pytest_addhooks": Hook(
        "pluginmanager",
        wraps=False,
        places=EARLY,
        plain={
            "own_hook": (
                "pluginmanager.add_hookspecs(OwnHooks)",
                "\nclass OwnHooks:\n    def pytest_own_thing(self, value): 'A hook of this project.'\n"
                "def pytest_own_thing(value): note('own_thing', value)\n"
                "def pytest_runtest_call(item): item.config.hook.pytest_own_thing(value=item.name)\n",
            )
        },
    ),
    "pytest_plugin_registered": Hook("plugin, manager", wraps=False, notes=False, plain={"nothing": "pass"}),
    "pytest_addoption": Hook(
        "parser",
        wraps=False,
        places=EARLY,
        plain={
            "option": (
                "parser.addoption('--own', default='x')\nparser.addini('own_ini', 'a setting', default='y')",
                "\ndef pytest_runtest_setup(item):\n"
                "    note('option', item.name, item.config.getoption('--own'), item.config.getini('own_ini'))\n",
            )
        },
    ),
    "pytest_configure": Hook(
        "config",
        wraps=False,
        places=EARLY,
        plain={
            "marker": "config.addinivalue_line('markers', 'slow: takes long')",
            "environment": (
                "os.environ['OWN_CONFIGURED'] = 'yes'",
                "\nimport os\ndef pytest_runtest_setup(item): note(item.name, os.environ.get('OWN_CONFIGURED'))\n",
            ),
            "registers": (
                "config.pluginmanager.register(Own(), 'own_plugin')",
                "\nclass Own:\n    def pytest_runtest_setup(self, item): note('registered', item.nodeid)\n",
            ),
            "warns": "import warnings\nwarnings.warn(UserWarning('from configure'))",
            "filters": "config.addinivalue_line('filterwarnings', 'ignore:made up')",
            "keeps": (
                "config.own = {'calls': 0}",
                "\ndef pytest_runtest_call(item): item.config.own['calls'] += 1; assert item.config.own['calls']\n",
            ),
            "verbosity": "config.option.reportchars = 'A'",
            "cleanup": "config.add_cleanup(lambda: note('cleanup'))",
        },
    ),
    "pytest_cmdline_parse": Hook("pluginmanager, args", "len(args) > 99", places=("plugin",)),
    "pytest_load_initial_conftests": Hook(
        "early_config, parser, args",
        places=("plugin",),
        plain={
            "environment": (
                "import os\nos.environ['OWN_EARLY'] = 'yes'",
                "\nimport os\ndef pytest_runtest_setup(item): note(item.name, os.environ.get('OWN_EARLY'))\n",
            )
        },
    ),
    "pytest_cmdline_main": Hook(
        "config",
        places=EARLY,
        plain={"keyword": "config.option.keyword = 'not two'", "no_warnings": "config.option.xfail_tb = True"},
    ),
    "pytest_collection": Hook(
        "session",
        "len(session.items)",
        wrapped={
            "sorts": "session.items.sort(key=lambda item: item.nodeid, reverse=True)",
            "notes_all": "note('all', *[item.nodeid for item in session.items])",
        },
    ),
    "pytest_collection_modifyitems": Hook(
        "session, config, items",
        "len(items)",
        plain={
            "by_name": "items[:] = [item for item in items if 'two' not in item.name]",
            "by_mark": "items[:] = [item for item in items if not item.get_closest_marker('slow')]",
            "focus": (
                "wanted = [item for item in items if item.get_closest_marker('slow')]\nif wanted: items[:] = wanted"
            ),
            "every_other": "items[:] = items[::2]",
            "drop_last": "del items[-1:]",
            "first_of_module": (
                "seen = set()\nitems[:] = [item for item in items if not (item.path in seen or seen.add(item.path))]"
            ),
            "by_count": "if len(items) > 4: del items[4:]",
            "reverse": "items.reverse()",
            "sort_by_name": "items.sort(key=lambda item: (item.name, item.nodeid))",
            "shuffle": "import random\nrandom.Random(5).shuffle(items)",
            "deselected": (
                "out = [item for item in items if 'one' in item.name]\n"
                "config.hook.pytest_deselected(items=out)\n"
                "items[:] = [item for item in items if item not in out]"
            ),
            "mark_third": (
                "for number, item in enumerate(items):\n"
                "    if number % 3 == 2: item.add_marker(pytest.mark.skip(reason='third'))"
            ),
            "mark_by_name": (
                "for item in items:\n    if 'one' in item.name: item.add_marker(pytest.mark.xfail(reason='by name'))"
            ),
            "numbers": "for number, item in enumerate(items): item.user_properties.append(('number', number))",
            "twice_by_name": "names = [item.name for item in items]\n"
            "items[:] = [item for item in items if names.count(item.name) == 1]",
            "keeps_list": (
                "config.all_items = list(items)",
                "\ndef pytest_runtest_setup(item): note('kept', item.nodeid, len(item.config.all_items))\n",
            ),
            "fixture_by_name": "for item in items:\n    if 'two' in item.name: item.fixturenames.insert(0, 'tmp_path')",
            "class_state": (
                "for item in items:\n"
                "    Seen.names.append(item.name)\n"
                "    if Seen.names.count(item.name) > 1: item.add_marker(pytest.mark.skip(reason='seen before'))",
                "\nclass Seen:\n    names = []\n",
            ),
            "length_of_session": "if len(session.items) > 3: items.pop(0)",
            "empty": "items.clear()",
        },
        wrapped={"drop_first_after": "del items[:1]"},
    ),
    "pytest_collection_finish": Hook(
        "session",
        "len(session.items)",
        plain={
            "keeps": (
                "session.own_total = len(session.items)",
                "\ndef pytest_runtest_call(item): note('total', item.nodeid, item.session.own_total)\n",
            )
        },
    ),
    "pytest_ignore_collect": Hook(
        "collection_path, config",
        "collection_path.name",
        plain={
            "by_name": "return True if collection_path.name == 'test_b.py' else None",
            "never": "return False if collection_path.name == 'test_a.py' else None",
        },
        wrapped={"forces": "if collection_path.name == 'test_b.py': result = True"},
    ),
    "pytest_collect_directory": Hook(
        "path, parent",
        "path.name",
        plain={
            "own_dir": (
                "return OwnDir.from_parent(parent, path=path) if not (path / '__init__.py').exists() else None",
                "\nclass OwnDir(pytest.Dir):\n"
                "    def collect(self): return sorted(super().collect(), key=lambda node: node.name, reverse=True)\n",
            )
        },
    ),
    "pytest_collect_file": Hook(
        "file_path, parent",
        "file_path.name",
        plain={
            "own_file": (
                "if file_path.suffix == '.case': return OwnFile.from_parent(parent, path=file_path)",
                "\nclass OwnFile(pytest.File):\n"
                "    def collect(self):\n"
                "        for line in self.path.read_text().split():\n"
                "            yield OwnItem.from_parent(self, name=line)\n"
                "class OwnItem(pytest.Item):\n"
                "    def runtest(self): assert self.name != 'bad', 'a bad case'\n"
                "    def repr_failure(self, excinfo): return 'own failure %s' % excinfo.value\n"
                "    def reportinfo(self): return self.path, 0, 'case ' + self.name\n",
            )
        },
        wrapped={"drops": "if file_path.name == 'test_b.py': result = []"},
    ),
    "pytest_collectstart": Hook(
        "collector",
        "collector.nodeid",
        plain={
            "marks": "if collector.name == 'test_a.py': collector.add_marker('slow')",
            "skips": "if collector.name == 'test_b.py': collector.add_marker(pytest.mark.skip(reason='start'))",
        },
    ),
    "pytest_itemcollected": Hook(
        "item",
        "item.nodeid",
        plain={
            "skips": "if item.name.endswith('two'): item.add_marker(pytest.mark.skip(reason='collected'))",
            "renames": "item._nodeid = item.nodeid + '@own'",
            "counts": (
                "Count.value += 1\nitem.user_properties.append(('count', Count.value))\n"
                "if Count.value % 3 == 0: item.add_marker(pytest.mark.skip(reason='third'))",
                "\nclass Count:\n    value = 0\n",
            ),
        },
    ),
    "pytest_collectreport": Hook(
        "report",
        "(report.nodeid, report.outcome)",
        plain={"seen": _seen("'%s %s' % (report.nodeid, report.outcome)")},
    ),
    "pytest_deselected": Hook("items", "len(items)", plain={"seen": _seen("'deselected %d' % len(items)")}),
    "pytest_make_collect_report": Hook(
        "collector",
        "collector.nodeid",
        wrapped={
            "reverses": "result.result.reverse()",
            "drops": "result.result[:] = [node for node in result.result if 'two' not in node.name]",
            "section": "result.sections.append(('own section', 'own text'))",
        },
    ),
    "pytest_pycollect_makemodule": Hook(
        "module_path, parent",
        "module_path.name",
        plain={
            "own_module": (
                "return OwnModule.from_parent(parent, path=module_path)",
                "\nclass OwnModule(pytest.Module):\n"
                "    def collect(self): return sorted(super().collect(), key=lambda node: node.name)\n",
            )
        },
    ),
    "pytest_pycollect_makeitem": Hook(
        "collector, name, obj",
        "name if name.startswith('test') else ''",
        plain={
            "checks": (
                "if name.startswith('check_'): return pytest.Function.from_parent(collector, name=name, callobj=obj)"
            )
        },
        wrapped={"drops": "if name.endswith('two'): result = []"},
    ),
    "pytest_pyfunc_call": Hook(
        "pyfuncitem",
        "pyfuncitem.nodeid",
        plain={
            "calls": (
                "names = pyfuncitem._fixtureinfo.argnames\n"
                "pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})\nreturn True"
            )
        },
    ),
    "pytest_generate_tests": Hook(
        "metafunc",
        "(metafunc.definition.nodeid, len(metafunc.definition.session.items))",
        plain={
            "made": "if 'made' in metafunc.fixturenames: metafunc.parametrize('made', [1, 2])",
            "counted": (
                "Made.calls += 1\n"
                "if 'made' in metafunc.fixturenames: metafunc.parametrize('made', range(Made.calls % 3 + 1))",
                "\nclass Made:\n    calls = 0\n",
            ),
            "repeats": (
                "if metafunc.function.__name__.endswith('two'):\n"
                "    metafunc.fixturenames.append('again')\n    metafunc.parametrize('again', range(2))"
            ),
        },
    ),
    "pytest_make_parametrize_id": Hook(
        "config, val, argname",
        "(argname, val)",
        plain={
            "own": "return 'own-%s' % (val,)",
            "counted": ("Ids.count += 1\nreturn 'i%d' % Ids.count", "\nclass Ids:\n    count = 0\n"),
        },
    ),
    "pytest_runtestloop": Hook(
        "session",
        "len(session.items)",
        plain={"environment": "import os\nos.environ['OWN_LOOP'] = 'yes'"},
        wrapped={"after": "note('after the loop')"},
    ),
    "pytest_runtest_protocol": Hook(
        "item, nextitem",
        "item.nodeid",
        plain={
            "own_protocol": (
                "from _pytest.runner import runtestprotocol\n"
                "item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)\n"
                "for report in runtestprotocol(item, nextitem=nextitem, log=False):\n"
                "    item.ihook.pytest_runtest_logreport(report=report)\n"
                "item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)\n"
                "return True"
            ),
            "total": "note('total', item.nodeid, len(item.session.items), item.session.testscollected)",
        },
    ),
    "pytest_runtest_logstart": Hook("nodeid, location", "(nodeid, location)", plain={"seen": _seen("nodeid")}),
    "pytest_runtest_logfinish": Hook("nodeid, location", "(nodeid, location)", plain={"seen": _seen("nodeid")}),
    "pytest_runtest_setup": Hook(
        "item",
        "item.nodeid",
        plain={
            "skips": "if 'two' in item.name: pytest.skip('in setup')",
            "xfails": "if 'two' in item.name: pytest.xfail('in setup')",
            "fails": "if 'two' in item.name: pytest.fail('in setup')",
            "property": "item.user_properties.append(('own', item.name))",
            "marks": "item.add_marker(pytest.mark.xfail(reason='added in setup')) if 'one' in item.name else None",
            "index": "note('index', item.nodeid, item.session.items.index(item))",
        },
    ),
    "pytest_runtest_call": Hook(
        "item",
        "item.nodeid",
        plain={"skips": "if 'two' in item.name: pytest.skip('in call')"},
        wrapped={"raises": "if 'two' in item.name: raise RuntimeError('after the call')"},
    ),
    "pytest_runtest_teardown": Hook(
        "item, nextitem",
        "item.nodeid",
        plain={"raises": "if 'two' in item.name: raise RuntimeError('in teardown')"},
    ),
    "pytest_runtest_makereport": Hook(
        "item, call",
        "(item.nodeid, call.when)",
        plain={"own_report": "return pytest.TestReport.from_item_and_call(item, call)"},
        wrapped={
            "forgives": (
                "if result.when == 'call' and result.failed:\n"
                "    result.outcome = 'skipped'\n    result.longrepr = ('own.py', 1, 'Skipped: forgiven')"
            ),
            "passes": "if result.when == 'call' and result.failed: result.outcome, result.longrepr = 'passed', None",
            "fails": "if result.when == 'call' and 'two' in item.name: result.outcome, result.longrepr = 'failed', ''",
            "xfails": "if result.when == 'call' and result.failed: result.outcome, result.wasxfail = 'skipped', 'own'",
            "section": "result.sections.append(('own ' + result.when, 'text of ' + item.name))",
            "property": "result.user_properties.append(('own', result.when))",
            "doc": "result.description = str(getattr(item, 'function', item).__doc__)",
        },
    ),
    "pytest_runtest_logreport": Hook(
        "report",
        "(report.nodeid, report.when, report.outcome)",
        plain={
            "seen": _seen("'%s %s %s' % (report.nodeid, report.when, report.outcome)"),
            "properties": _seen("'%s %s %s' % (report.nodeid, report.when, report.user_properties)"),
            "keywords": _seen("'%s %s' % (report.nodeid, sorted(report.keywords))"),
            "sections": _seen("'%s %s' % (report.nodeid, [name for name, _ in report.sections])"),
            "location": _seen("'%s %s %s' % (report.nodeid, report.location, type(report.longrepr).__name__)"),
            "longrepr": _seen("'%s %s' % (report.nodeid, str(report.longrepr).split(chr(10))[-1])"),
        },
    ),
    "pytest_report_to_serializable": Hook(
        "config, report",
        places=EARLY,
        traits=(ROLES,),
        wrapped={"adds": "if result is not None: result['own'] = 'travelled'"},
    ),
    "pytest_report_from_serializable": Hook("config, data", places=EARLY, traits=(ROLES,)),
    "pytest_fixture_setup": Hook(
        "fixturedef, request",
        "fixturedef.argname if fixturedef.argname.startswith('fix') else ''",
        wrapped={"property": "request.node.user_properties.append(('fixture', fixturedef.argname))"},
    ),
    "pytest_fixture_post_finalizer": Hook(
        "fixturedef, request", "fixturedef.argname if fixturedef.argname.startswith('fix') else ''"
    ),
    "pytest_sessionstart": Hook(
        "session",
        places=EARLY,
        plain={
            "environment": (
                "os.environ['OWN_STARTED'] = 'yes'",
                "\nimport os\ndef pytest_runtest_setup(item): note(item.name, os.environ.get('OWN_STARTED'))\n",
            ),
            "attribute": (
                "session.own = 5",
                "\ndef pytest_runtest_call(item): note('own', item.name, item.session.own)\n",
            ),
            "exits": ("pytest.exit('not today', returncode=6)"),
        },
    ),
    "pytest_sessionfinish": Hook(
        "session, exitstatus",
        places=EARLY,
        plain={
            "status": "session.exitstatus = 7",
            "no_tests": "if exitstatus == 5: session.exitstatus = 0",
            "green": "if exitstatus == 1: session.exitstatus = 0",
            "failed": "if session.testsfailed > 1: session.exitstatus = 9",
        },
    ),
    "pytest_unconfigure": Hook("config", places=EARLY),
    "pytest_assertrepr_compare": Hook(
        "config, op, left, right",
        "(op, left, right)",
        trigger="def test_compared(): assert [1, 2] == [1, 3]",
        plain={"lines": "return ['own comparison', 'of %s and %s' % (left, right)]"},
    ),
    "pytest_assertion_pass": Hook("item, lineno, orig, expl", "(item.nodeid, orig, expl)"),
    "pytest_report_header": Hook(
        "config, start_path",
        places=EARLY,
        plain={"line": "return 'SEEN header'", "lines": "return ['SEEN header one', 'SEEN header two']"},
    ),
    "pytest_report_collectionfinish": Hook(
        "config, start_path, items",
        "len(items)",
        places=EARLY,
        traits=(ROLES,),
        plain={"line": "return 'SEEN finish %d' % len(items)"},
    ),
    "pytest_report_teststatus": Hook(
        "report, config",
        "(report.nodeid, report.when)",
        plain={
            "own": "if report.when == 'call' and 'two' in report.nodeid: return 'own', 'o', 'OWN'",
            "markup": "if report.when == 'call' and report.passed: return 'passed', 'P', ('GOOD', {'green': True})",
            "failed": "if report.when == 'call' and report.failed: return 'rerun', 'R', 'RERUN'",
        },
    ),
    "pytest_terminal_summary": Hook(
        "terminalreporter, exitstatus, config",
        "int(exitstatus)",
        places=EARLY,
        plain={
            "stats": _STATS,
            "status": "terminalreporter.write_line('SEEN status %d' % exitstatus)",
            "collected": "terminalreporter.write_line('SEEN collected %s' % terminalreporter._numcollected)",
            "durations": (
                "for report in terminalreporter.getreports('passed'):\n"
                "    terminalreporter.write_line('SEEN %s %s' % (report.nodeid, report.duration >= 0))"
            ),
            "failures": (
                "for report in terminalreporter.getreports('failed'):\n"
                "    last = report.longreprtext.split(chr(10))[-1]\n"
                "    terminalreporter.write_line('SEEN %s %s' % (report.nodeid, last))"
            ),
        },
    ),
    "pytest_warning_recorded": Hook(
        "warning_message, when, nodeid, location",
        "(str(warning_message.message), warning_message.category.__name__, when, nodeid)",
        trigger="import warnings\ndef test_warned(): warnings.warn('made up')",
        plain={"seen": _seen("'%s %s %s' % (warning_message.message, when, nodeid)")},
    ),
    "pytest_markeval_namespace": Hook(
        "config",
        trigger="import pytest\n@pytest.mark.skipif('own_flag', reason='own flag')\ndef test_flagged(): pass",
        plain={"flag": "return {'own_flag': True}"},
    ),
    "pytest_internalerror": Hook("excrepr, excinfo", "excinfo.typename", traits=(ALONE,)),
    "pytest_keyboard_interrupt": Hook("excinfo", "excinfo.typename", traits=(ALONE,)),
    "pytest_exception_interact": Hook(
        "node, call, report",
        "(node.nodeid, call.excinfo.typename, report.outcome)",
        trigger="def test_raises(): raise ValueError('made up')",
    ),
    "pytest_enter_pdb": Hook("config, pdb", traits=(ALONE,)),
    "pytest_leave_pdb": Hook("config, pdb", traits=(ALONE,)),
    # Hooks of pytest-xdist.
    "pytest_xdist_setupnodes": Hook("config, specs", "len(specs)", **XDIST),
    "pytest_xdist_newgateway": Hook("gateway", "gateway.id", **XDIST),
    "pytest_xdist_rsyncstart": Hook("source, gateways", **XDIST),
    "pytest_xdist_rsyncfinish": Hook("source, gateways", **XDIST),
    "pytest_xdist_getremotemodule": Hook("", **XDIST),
    "pytest_configure_node": Hook(
        "node",
        "node.gateway.id",
        **XDIST,
        plain={
            "input": (
                "node.workerinput['own_%d' % 1] = {'id': node.gateway.id, 'numbers': [1, 2]}",
                "\nimport pytest\n@pytest.fixture(autouse=True)\ndef given(request):\n"
                "    note('given', request.node.nodeid, getattr(request.config, 'workerinput', {})"
                ".get('own_1', {}).get('numbers'))\n",
            )
        },
    ),
    "pytest_testnodeready": Hook("node", "node.gateway.id", **XDIST),
    "pytest_testnodedown": Hook(
        "node, error",
        "(node.gateway.id, error)",
        **XDIST,
        plain={
            "output": (
                "note('down', node.workeroutput.get('own'))",
                "\nimport pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session):\n"
                "    if hasattr(session.config, 'workeroutput'): session.config.workeroutput['own'] = [1, 'two']\n",
            )
        },
    ),
    "pytest_xdist_node_collection_finished": Hook("node, ids", "(node.gateway.id, sorted(ids))", **XDIST),
    "pytest_xdist_make_scheduler": Hook(
        "config, log",
        **XDIST,
        plain={"scope": "from xdist.scheduler import LoadScopeScheduling\nreturn LoadScopeScheduling(config, log)"},
    ),
    "pytest_xdist_auto_num_workers": Hook("config", **XDIST),
    "pytest_handlecrashitem": Hook("crashitem, report, sched", "crashitem", **XDIST),
}

# Bodies after which a process is not as before. What the next test finds, the distribution says.
SPOILS = {("pytest_runtest_teardown", "raises")}

# Hooks for which pytest takes the first result that is not None. Their plain implementations return nothing.
_DECORATORS = {
    "plain": "",
    "tryfirst": "@pytest.hookimpl(tryfirst=True)\n",
    "trylast": "@pytest.hookimpl(trylast=True)\n",
    "wrapper": "@pytest.hookimpl(wrapper=True)\n",
    "hookwrapper": "@pytest.hookimpl(hookwrapper=True)\n",
    "in_class": "",
}


def _indented(body, spaces=4):
    return "\n".join(" " * spaces + line for line in body.split("\n"))


def implementation(name, style, body):
    """The text of an implementation of the hook `name`. `body` is "" for a note, or the name of a body."""
    hook = HOOKS[name]
    wraps = style in ("wrapper", "hookwrapper")
    bodies = hook.wrapped if wraps else hook.plain
    text, more = f"note({name[7:]!r}, {hook.key})", ""
    if body:
        text, more = bodies[body] if isinstance(bodies[body], tuple) else (bodies[body], "")
    if style == "wrapper":
        text = f"result = yield\n{text}\nreturn result"
    elif style == "hookwrapper":
        text = f"outcome = yield\nresult = outcome.get_result()\n{text}\noutcome.force_result(result)"
    head = _DECORATORS[style]
    if style == "in_class":
        arguments = f"self, {hook.args}" if hook.args else "self"
        own = f"class Own_{name}:\n    def {name}({arguments}):\n{_indented(text, 8)}\n"
        configured = f"def pytest_configure(config): config.pluginmanager.register(Own_{name}())\n"
        return f"import os, pytest\n{own}{configured}{more}"
    return f"import os, pytest\n{head}def {name}({hook.args}):\n{_indented(text)}\n{more}"


def styles_of(name):
    """The styles in which a project can have the hook, each with the names of its bodies."""
    hook = HOOKS[name]
    late = ("pytest_addhooks", "pytest_plugin_registered", "pytest_addoption", "pytest_configure")
    late += ("pytest_cmdline_parse", "pytest_load_initial_conftests")
    found = {}
    for style in STYLES:
        wraps = style in ("wrapper", "hookwrapper")
        if (wraps and not hook.wraps) or (style == "in_class" and name in late):
            continue
        found[style] = ([""] if hook.notes else []) + list(hook.wrapped if wraps else hook.plain)
    return {style: bodies for style, bodies in found.items() if bodies}
