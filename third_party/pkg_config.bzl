"""System libraries, found through pkg-config, as C++ libraries of Bazel.

The headers are in the compiler's own search path, so the rule only gives link options. It prefers static libraries,
because a program that links gRPC dynamically spends three times as long in the loader as in itself.
"""

# Parts of the C library, which stays shared, and plain options.
_SHARED = ["c", "dl", "m", "pthread", "rt"]

# --static names these for features that Debian's archives were built without.
_UNUSED = ["systemd"]

def _run(ctx, command):
    result = ctx.execute(command)
    if result.return_code != 0:
        fail("{} failed: {}\nRun tools/setup, which installs what is missing.".format(
            " ".join([str(word) for word in command]),
            result.stderr.strip() or result.stdout.strip(),
        ))
    return [word for word in result.stdout.replace("\n", " ").split(" ") if word]

def _library_directories(ctx):
    compiler = ctx.which("gcc") or ctx.which("cc")
    if compiler == None:
        fail("No C compiler found. Run tools/setup, which installs one.")
    for line in ctx.execute([compiler, "-print-search-dirs"]).stdout.splitlines():
        if line.startswith("libraries: ="):
            return line[len("libraries: ="):].split(":")
    return []

def _searched_option(ctx):
    """The option for the machine's own folder of headers. Compilers search it anyway, but some modules name it."""
    compiler = ctx.which("gcc") or ctx.which("cc")
    machine = ctx.execute([compiler, "-print-multiarch"]).stdout.strip() if compiler else ""
    return "-I/usr/include/" + machine

def _link_option(ctx, directories, word):
    library = word[2:]
    if library in _SHARED:
        return word
    file = "lib{}.a".format(library)
    for directory in directories:
        if ctx.path(directory + "/" + file).exists:
            return "-l:" + file
    return word

def _link_options(ctx, words):
    directories = _library_directories(ctx)
    last = {}
    for index, word in enumerate(words):
        # This pair surrounds -latomic --as-needed, which the C++ library's own options make superfluous.
        if word.startswith("-Wl,--push-state") or word.startswith("-Wl,--pop-state"):
            continue
        if word.startswith("-l") and word[2:] in _UNUSED:
            continue
        last[word] = index

    # Archives are searched from left to right, so the last mention of an archive serves the earlier ones too.
    kept = [word for index, word in enumerate(words) if last.get(word) == index]
    return [_link_option(ctx, directories, word) if word.startswith("-l") else word for word in kept]

def _pkg_config_library_impl(ctx):
    pkg_config = ctx.which("pkg-config")
    if pkg_config == None:
        fail("pkg-config is not installed. Run tools/setup, which installs it.")
    modules = ctx.attr.modules
    compile_words = _run(ctx, [pkg_config, "--cflags"] + modules)
    searched = _searched_option(ctx)
    includes = [word for word in compile_words if word.startswith("-I") and word != searched]
    if includes:
        fail("The headers of {} lie outside the compiler's search path: {}".format(modules, includes))
    defines = [word[2:] for word in compile_words if word.startswith("-D")]
    if ctx.attr.header_only:
        # pkg-config's definitions select the compiled library.
        defines = ctx.attr.defines
    link_words = []
    if not ctx.attr.header_only:
        link_words = _link_options(ctx, _run(ctx, [pkg_config, "--static", "--libs"] + modules))
    ctx.file("BUILD.bazel", """\
cc_library(
    name = {name},
    defines = {defines},
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
""".format(
        name = repr(ctx.name),
        defines = repr(defines),
        linkopts = repr(link_words),
    ))

pkg_config_library = repository_rule(
    implementation = _pkg_config_library_impl,
    attrs = {
        "defines": attr.string_list(doc = "Preprocessor definitions, for a header_only library."),
        "header_only": attr.bool(doc = "Link nothing, because the headers hold everything."),
        "modules": attr.string_list(mandatory = True, doc = "The modules by pkg-config's names."),
    },
    # Bazel asks again whenever its server starts, because it does not see packages come and go.
    local = True,
    doc = "Makes @NAME//:NAME from installed pkg-config modules.",
)
