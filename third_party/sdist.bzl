"""C and C++ sources from the source distributions and Debian source packages that tools/setup has put into the cache.

The name of a file in the cache is its digest: CACHE/third_party/DIGEST.tar.gz, or .tar.xz. CACHE is
$XDG_CACHE_HOME/fastest or ~/.cache/fastest. Bazel checks the digest again when it unpacks the file.
"""

def _pins(ctx):
    pins = {}
    for table in ctx.attr._pins:
        for line in ctx.read(table).splitlines():
            words = line.split(" ")
            if len(words) == 2 and words[1].startswith("--hash=sha256:"):
                pins[words[0]] = words[1][len("--hash=sha256:"):]
    return pins

def _cache_directory(ctx):
    base = ctx.os.environ.get("XDG_CACHE_HOME", "")
    if not base:
        home = ctx.os.environ.get("HOME", "")
        if not home:
            fail("HOME is not set, and tells where tools/setup has put the sources.")
        base = home + "/.cache"
    return base + "/fastest/third_party"

def _unpack(ctx, pin, digest):
    archive = "{}/{}.tar.gz".format(_cache_directory(ctx), digest)
    if not ctx.path(archive).exists:
        archive = archive[:-len("gz")] + "xz"
    if not ctx.path(archive).exists:
        fail("{} ({}) is not there. Run tools/setup, which fetches it.".format(archive, pin))
    ctx.download_and_extract(
        url = "file://" + archive,
        output = "sdists/" + pin,
        sha256 = digest,
    )

    # The archive has one folder at the top. Its name is the name and version in the packager's spelling.
    return ctx.path("sdists/" + pin).readdir()[0]

def _sdist_library_impl(ctx):
    pins = _pins(ctx)
    for wanted, target in ctx.attr.parts.items():
        pin, part = wanted.split("/", 1)
        if pin not in pins:
            fail("neither third_party/sdists.txt nor third_party/debian_sources.txt pins " + pin)
        root = _unpack(ctx, pin, pins[pin])
        result = ctx.execute(["cp", "-R", "{}/{}".format(root, part), target])
        if result.return_code != 0:
            fail("{} has no {}: {}".format(pin, part, result.stderr))
        ctx.delete("sdists")
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

sdist_library = repository_rule(
    implementation = _sdist_library_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "parts": attr.string_dict(
            mandatory = True,
            doc = "Files and folders to copy, in this order: NAME==VERSION/PATH -> the path in the repository.",
        ),
        "patches": attr.label_list(doc = "Patches for the copied files, as for patch -p1."),
        "_pins": attr.label_list(default = [
            "//third_party:debian_sources.txt",
            "//third_party:sdists.txt",
        ]),
    },
    environ = [
        "HOME",
        "XDG_CACHE_HOME",
    ],
    doc = "Makes a repository from parts of pinned source distributions.",
)
