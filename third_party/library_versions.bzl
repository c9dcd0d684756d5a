"""The versions of all libraries that are linked into the programs, for --version."""

def _version_of(ctx, source):
    if "==" in source:
        return source.split("==")[1]
    if ctx.which("dpkg-query") == None:
        return "of-this-system"
    answer = ctx.execute(["dpkg-query", "-W", "-f", "${Version}", source])
    if answer.return_code != 0:
        fail("The package {} is not installed. Run tools/setup, which installs it.".format(source))
    return answer.stdout.strip()

def _library_versions_impl(ctx):
    lines = {"agent": [], "coordinator": []}
    for line in ctx.read(ctx.attr._table).splitlines():
        words = [word for word in line.split(" ") if word]
        if not words or words[0].startswith("#"):
            continue
        name, source, program = words[:3]
        text = "{} {}".format(name, _version_of(ctx, source))
        for each in lines:
            if program in ("both", each):
                lines[each].append(text)
    for program, texts in lines.items():
        ctx.file(program + ".txt", "".join([text + "\n" for text in texts]))
    ctx.file("BUILD.bazel", """exports_files(["agent.txt", "coordinator.txt"])\n""")

library_versions = repository_rule(
    implementation = _library_versions_impl,
    attrs = {"_table": attr.label(default = "//third_party:linked.txt")},
    # Bazel asks again whenever its server starts, because it does not see packages come and go.
    local = True,
    doc = "Makes @NAME//:agent.txt and @NAME//:coordinator.txt with lines NAME VERSION, by third_party/linked.txt.",
)
