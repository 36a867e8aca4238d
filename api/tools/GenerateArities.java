import module java.base;

/**
 * Writes the API's arity families: the functional interfaces, the call shapes that take each
 * argument as a value or as a ref, and the entry points overloaded by what a function returns. Run
 * from the repository's root with {@code java api/tools/GenerateArities.java}, then format; its
 * output is committed, so that the build needs no generation step.
 */
class GenerateArities {
  static final Path ROOT = Path.of("api/src/main/java/ray");
  static final int MAX = 6;
  static final String[] LETTERS = {"A", "B", "C", "D", "E", "F"};

  /**
   * A kind of result: prefix of its functional interface, what the function returns, what the
   * caller gets.
   */
  record Kind(
      String prefix,
      String extraTypes,
      String returned,
      String handle,
      String shape,
      String doc,
      String imports) {}

  static final List<Kind> KINDS =
      List.of(
          new Kind("Func", "R", "R", "ObjectRef<R>", "Shape.one()", "returns a value", ""),
          new Kind("VoidFunc", "", "void", "ObjectRef<Void>", "Shape.one()", "returns nothing", ""),
          new Kind(
              "AliasFunc",
              "R",
              "ObjectRef<R>",
              "ObjectRef<R>",
              "Shape.one()",
              "returns a ref, which becomes an alias: the caller's ref is the returned one",
              "import ray.ObjectRef;\n"),
          new Kind(
              "AsyncFunc",
              "R",
              "CompletionStage<R>",
              "ObjectRef<R>",
              "Shape.one()",
              "returns a stage; the result is what the stage completes with",
              "import java.util.concurrent.CompletionStage;\n"),
          new Kind(
              "StreamFunc",
              "R",
              "Stream<R>",
              "ObjectRefStream<R>",
              "Shape.stream()",
              "returns a stream: a generator, whose refs arrive while it runs",
              "import java.util.stream.Stream;\n"),
          new Kind(
              "IteratorFunc",
              "R",
              "Iterator<R>",
              "ObjectRefStream<R>",
              "Shape.stream()",
              "returns an iterator: a generator, whose refs arrive while it runs",
              "import java.util.Iterator;\n"),
          new Kind(
              "Func2Returns",
              "R1, R2",
              "Returns2<R1, R2>",
              "Refs2<R1, R2>",
              "Shape.two()",
              "returns two values",
              "import ray.Returns2;\n"),
          new Kind(
              "Func3Returns",
              "R1, R2, R3",
              "Returns3<R1, R2, R3>",
              "Refs3<R1, R2, R3>",
              "Shape.three()",
              "returns three values",
              "import ray.Returns3;\n"),
          new Kind(
              "Func4Returns",
              "R1, R2, R3, R4",
              "Returns4<R1, R2, R3, R4>",
              "Refs4<R1, R2, R3, R4>",
              "Shape.four()",
              "returns four values",
              "import ray.Returns4;\n"));

  static String types(int n) {
    return String.join(", ", Arrays.copyOf(LETTERS, n));
  }

  static String join(String... parts) {
    return Arrays.stream(parts).filter(s -> !s.isEmpty()).collect(Collectors.joining(", "));
  }

  static String generic(String... parts) {
    var t = join(parts);
    return t.isEmpty() ? "" : "<" + t + ">";
  }

  /** Type parameters that may be null. */
  static String declare(String... parts) {
    var t = join(parts);
    if (t.isEmpty()) return "";
    return "<"
        + Arrays.stream(t.split(", "))
            .map(s -> s + " extends @Nullable Object")
            .collect(Collectors.joining(", "))
        + ">";
  }

  static String params(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> LETTERS[i] + " " + LETTERS[i].toLowerCase())
        .collect(Collectors.joining(", "));
  }

  static String names(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> LETTERS[i].toLowerCase())
        .collect(Collectors.joining(", "));
  }

  static String mixed(int n, int mask) {
    return IntStream.range(0, n)
        .mapToObj(i ->
            ((mask >> i & 1) == 1 ? "ObjectRef<" + LETTERS[i] + ">" : LETTERS[i])
                + " "
                + LETTERS[i].toLowerCase())
        .collect(Collectors.joining(", "));
  }

  static String ofArguments(int n) {
    return n == 0 ? "no arguments" : n == 1 ? "one argument" : n + " arguments";
  }

  void main() throws IOException {
    for (int n = 0; n <= MAX; n++) {
      for (Kind kind : KINDS) functional(n, kind);
      call(n);
      remoteFunction(n);
      actorClass(n);
      if (n < MAX) actorMethod(n);
    }
    entryPoints();
    actorRef();
  }

  void functional(int n, Kind k) throws IOException {
    var b = new StringBuilder("package ray.function;\n\n");
    boolean base = k.prefix.equals("Func") || k.prefix.equals("VoidFunc");
    if (base) b.append("import org.jspecify.annotations.Nullable;\n");
    else b.append("import org.jspecify.annotations.Nullable;\n").append(k.imports);
    String name = k.prefix + (k.prefix.endsWith("Returns") ? "Of" : "") + n;
    b.append("\n/**\n * A function of ")
        .append(ofArguments(n))
        .append(" that ")
        .append(k.doc)
        .append(".\n");
    b.append(" */\n@FunctionalInterface\npublic interface ")
        .append(name)
        .append(declare(types(n), k.extraTypes));
    if (base) {
      b.append(" extends RayFunction {\n");
      b.append("  /** Runs the function; whatever it throws is the task's result. */\n  ")
          .append(k.returned)
          .append(" apply(")
          .append(params(n))
          .append(") throws Exception;\n\n");
      if (n > 0)
        b.append(
            "  @SuppressWarnings({\"unchecked\", \"NullAway\"}) // the caller passes what the types"
                + " say\n");
      b.append(
          "  @Override\n"
              + "  default @Nullable Object invoke(@Nullable Object[] arguments) throws Exception"
              + " {\n"
              + "    ");
      String args =
          IntStream.range(0, n)
              .mapToObj(i -> "(" + LETTERS[i] + ") arguments[" + i + "]")
              .collect(Collectors.joining(", "));
      b.append(
          k.returned.equals("void")
              ? "apply(" + args + ");\n    return null;\n"
              : "return apply(" + args + ");\n");
      b.append("  }\n}\n");
    } else {
      b.append(" extends Func").append(n).append(generic(types(n), k.returned)).append(" {}\n");
    }
    write(Path.of("function", name + ".java"), b);
  }

  void call(int n) throws IOException {
    var b = new StringBuilder("package ray;\n\nimport org.jspecify.annotations.Nullable;\n\n");
    b.append("/**\n * What can be called remotely with ")
        .append(ofArguments(n))
        .append(n == 0 ? "" : ", each a value or an {@link ObjectRef} of it, in any mix")
        .append(
            ".\n"
                + " *\n"
                + " * <p>A call returns at once and never blocks on its arguments: a ref that is"
                + " not ready delays the\n"
                + " * call, not the caller. Thread-safe.\n"
                + " *\n");
    for (int i = 0; i < n; i++)
      b.append(" * @param <")
          .append(LETTERS[i])
          .append("> the type of argument ")
          .append(i + 1)
          .append("\n");
    b.append(
            " * @param <H> what the caller gets: a ref, several, or a stream of them\n"
                + " */\n"
                + "public interface Call")
        .append(n)
        .append(declare(types(n)).isEmpty() ? "<H>" : declare(types(n)).replaceAll(">$", ", H>"))
        .append(" extends Call<H> {\n");
    for (int mask = 0; mask < 1 << n; mask++) {
      b.append("\n  /** Calls with ")
          .append(n == 0 ? "no arguments" : describe(n, mask))
          .append(". */\n  default H remote(")
          .append(mixed(n, mask))
          .append(") {\n    return invoke(")
          .append(n == 1 ? "new @Nullable Object[] {a}" : names(n))
          .append(");\n  }\n");
    }
    b.append("}\n");
    write(Path.of("Call" + n + ".java"), b);
  }

  static String describe(int n, int mask) {
    if (mask == 0) return n == 1 ? "a value" : "values";
    if (mask == (1 << n) - 1) return n == 1 ? "a ref" : "refs";
    return "refs for arguments "
        + IntStream.range(0, n)
            .filter(i -> (mask >> i & 1) == 1)
            .mapToObj(i -> "" + (i + 1))
            .collect(Collectors.joining(", "));
  }

  void remoteFunction(int n) throws IOException {
    String self = "RemoteFunction" + n + generic(types(n), "H");
    var b =
        new StringBuilder(
            "package ray;\n\n"
                + "import org.jspecify.annotations.Nullable;\n"
                + "import ray.spi.FunctionCall;\n\n");
    b.append("/**\n * A function of ")
        .append(ofArguments(n))
        .append(
            " that runs as a task when called. Immutable and thread-safe; options make changed"
                + " copies.\n"
                + " *\n");
    for (int i = 0; i < n; i++)
      b.append(" * @param <")
          .append(LETTERS[i])
          .append("> the type of argument ")
          .append(i + 1)
          .append("\n");
    b.append(
            " * @param <H> what the caller gets\n"
                + " * @see Ray#remote\n"
                + " */\n"
                + "public final class RemoteFunction")
        .append(n)
        .append(declare(types(n)).isEmpty() ? "<H>" : declare(types(n)).replaceAll(">$", ", H>"))
        .append("\n    extends RemoteFunction<H, ")
        .append(self)
        .append("> implements Call")
        .append(n)
        .append(generic(types(n), "H"))
        .append(" {\n\n");
    b.append("  RemoteFunction")
        .append(n)
        .append("(FunctionCall<H> call) {\n    super(call);\n  }\n\n  @Override\n  ")
        .append(self)
        .append(" with(FunctionCall<H> changed) {\n    return new RemoteFunction")
        .append(n)
        .append("<>(changed);\n  }\n}\n");
    write(Path.of("RemoteFunction" + n + ".java"), b);
  }

  void actorMethod(int n) throws IOException {
    String self = "ActorMethod" + n + generic(types(n), "H");
    var b =
        new StringBuilder(
            "package ray;\n\n"
                + "import org.jspecify.annotations.Nullable;\n"
                + "import ray.spi.MethodCall;\n\n");
    b.append("/**\n * A method of an actor with ")
        .append(ofArguments(n))
        .append(", to be called with its own options. Immutable and thread-safe.\n *\n");
    for (int i = 0; i < n; i++)
      b.append(" * @param <")
          .append(LETTERS[i])
          .append("> the type of argument ")
          .append(i + 1)
          .append("\n");
    b.append(
            " * @param <H> what the caller gets\n"
                + " * @see ActorRef#method\n"
                + " */\n"
                + "public final class ActorMethod")
        .append(n)
        .append(declare(types(n)).isEmpty() ? "<H>" : declare(types(n)).replaceAll(">$", ", H>"))
        .append("\n    extends ActorMethod<H, ")
        .append(self)
        .append("> implements Call")
        .append(n)
        .append(generic(types(n), "H"))
        .append(" {\n\n");
    b.append("  ActorMethod")
        .append(n)
        .append("(MethodCall<H> call) {\n    super(call);\n  }\n\n  @Override\n  ")
        .append(self)
        .append(" with(MethodCall<H> changed) {\n    return new ActorMethod")
        .append(n)
        .append("<>(changed);\n  }\n}\n");
    write(Path.of("ActorMethod" + n + ".java"), b);
  }

  void actorClass(int n) throws IOException {
    String self = "ActorClass" + n + generic(types(n), "T");
    var b =
        new StringBuilder(
            "package ray;\n\n"
                + "import org.jspecify.annotations.Nullable;\n"
                + "import ray.spi.ActorCreation;\n\n");
    b.append("/**\n * A constructor of ")
        .append(ofArguments(n))
        .append(
            " that makes an actor when called. Immutable and thread-safe; options make changed"
                + " copies.\n"
                + " *\n");
    for (int i = 0; i < n; i++)
      b.append(" * @param <")
          .append(LETTERS[i])
          .append("> the type of argument ")
          .append(i + 1)
          .append("\n");
    b.append(
            " * @param <T> the actor's class\n"
                + " * @see Ray#actor\n"
                + " */\n"
                + "public final class ActorClass")
        .append(n)
        .append(declare(types(n)).isEmpty() ? "<T>" : declare(types(n)).replaceAll(">$", ", T>"))
        .append("\n    extends ActorClass<T, ")
        .append(self)
        .append("> implements Call")
        .append(n)
        .append(generic(types(n), "ActorRef<T>"))
        .append(" {\n\n");
    b.append("  ActorClass")
        .append(n)
        .append("(ActorCreation<T> creation) {\n    super(creation);\n  }\n\n  @Override\n  ")
        .append(self)
        .append(" with(ActorCreation<T> changed) {\n    return new ActorClass")
        .append(n)
        .append("<>(changed);\n  }\n}\n");
    write(Path.of("ActorClass" + n + ".java"), b);
  }

  /**
   * Ray's overloads by arity and kind, in a package-private superclass so that Ray itself stays
   * readable.
   */
  void entryPoints() throws IOException {
    var b =
        new StringBuilder(
            "package ray;\n\n"
                + "import java.util.List;\n"
                + "import org.jspecify.annotations.Nullable;\n"
                + "import ray.function.*;\n"
                + "import ray.spi.ActorCreation;\n"
                + "import ray.spi.FunctionCall;\n"
                + "import ray.spi.Shape;\n\n");
    b.append(
        "/**\n"
            + " * The overloads of {@link Ray#remote} and {@link Ray#actor}, by number of arguments"
            + " and by what the\n"
            + " * function returns. The compiler picks the one; programs call them through {@link"
            + " Ray}.\n"
            + " */\n"
            + "abstract sealed class RemoteEntryPoints permits Ray {\n"
            + "  RemoteEntryPoints() {}\n");
    for (int n = 0; n <= MAX; n++) {
      for (Kind k : KINDS) {
        String name = k.prefix + (k.prefix.endsWith("Returns") ? "Of" : "") + n;
        String fn = name + generic(types(n), k.extraTypes);
        String result = "RemoteFunction" + n + generic(types(n), k.handle);
        b.append("\n  /**\n   * Makes a function of ")
            .append(ofArguments(n))
            .append(" that ")
            .append(k.doc)
            .append(" callable remotely.\n   *\n   * @see Ray\n   */\n");
        b.append("  public static ")
            .append(declare(types(n), k.extraTypes))
            .append(" ")
            .append(result)
            .append(" remote(")
            .append(fn)
            .append(" function) {\n")
            .append("    return new RemoteFunction")
            .append(n)
            .append("<>(FunctionCall.of(function, ")
            .append(k.shape)
            .append("));\n  }\n");
      }
      b.append("\n  /**\n   * Makes a function of ")
          .append(ofArguments(n))
          .append(
              " that returns a list callable remotely, with a ref for each of its elements.\n"
                  + "   *\n"
                  + "   * @param returns how many elements the list has; any other number is the"
                  + " task's failure\n"
                  + "   */\n");
      b.append("  public static ")
          .append(declare(types(n), "R"))
          .append(" RemoteFunction")
          .append(n)
          .append(generic(types(n), "List<ObjectRef<R>>"))
          .append(" remoteMany(int returns, Func")
          .append(n)
          .append(generic(types(n), "List<R>"))
          .append(" function) {\n")
          .append("    return new RemoteFunction")
          .append(n)
          .append("<>(FunctionCall.of(function, Shape.many(returns)));\n  }\n");
      b.append("\n  /**\n   * Makes a constructor of ")
          .append(ofArguments(n))
          .append(" create actors.\n   *\n   * @see Ray\n   */\n");
      b.append("  public static ")
          .append(declare(types(n)).isEmpty() ? "<T>" : declare(types(n)).replaceAll(">$", ", T>"))
          .append(" ActorClass")
          .append(n)
          .append(generic(types(n), "T"))
          .append(" actor(Func")
          .append(n)
          .append(generic(types(n), "T"))
          .append(" constructor) {\n")
          .append("    return new ActorClass")
          .append(n)
          .append("<>(ActorCreation.of(constructor));\n  }\n");
    }
    b.append("}\n");
    write(Path.of("RemoteEntryPoints.java"), b);
  }

  /**
   * The typed calls of ActorRef: method(...) for every arity and kind, call(...) for up to three
   * arguments.
   */
  void actorRef() throws IOException {
    var b =
        new StringBuilder(
            "package ray;\n\n"
                + "import org.jspecify.annotations.Nullable;\n"
                + "import ray.function.*;\n"
                + "import ray.spi.MethodCall;\n"
                + "import ray.spi.Shape;\n\n");
    b.append(
        "/**\n"
            + " * The overloads of {@link ActorRef}'s {@code call} and {@code method}, by number of"
            + " arguments and by what the method returns.\n"
            + " *\n"
            + " * @param <T> the actor's class\n"
            + " */\n"
            + "abstract sealed class ActorCalls<T> permits ActorRef {\n"
            + "  ActorCalls() {}\n\n"
            + "  abstract <H> MethodCall<H> methodCall(RayFunction function, Shape<H> shape);\n\n"
            + "  private <H> H dispatch(RayFunction function, Shape<H> shape, @Nullable Object..."
            + " arguments) {\n"
            + "    return methodCall(function, shape).invoke(arguments);\n"
            + "  }\n");
    for (int n = 0; n < MAX; n++) {
      for (Kind k : KINDS) {
        String name = k.prefix + (k.prefix.endsWith("Returns") ? "Of" : "") + (n + 1);
        String fn = name + generic("T", types(n), k.extraTypes);
        b.append("\n  /** A method of ")
            .append(ofArguments(n))
            .append(" that ")
            .append(k.doc)
            .append(", to be called with options. */\n");
        b.append("  public ")
            .append(declare(types(n), k.extraTypes))
            .append(" ActorMethod")
            .append(n)
            .append(generic(types(n), k.handle))
            .append(" method(")
            .append(fn)
            .append(" method) {\n")
            .append("    return new ActorMethod")
            .append(n)
            .append("<>(methodCall(method, ")
            .append(k.shape)
            .append("));\n  }\n");
        if (n > 3) continue;
        for (int mask = 0; mask < 1 << n; mask++) {
          b.append("\n  /** Calls a method that ")
              .append(k.doc)
              .append(n == 0 ? "" : ", with " + describe(n, mask))
              .append(". */\n");
          b.append("  public ")
              .append(declare(types(n), k.extraTypes))
              .append(" ")
              .append(k.handle)
              .append(" call(")
              .append(join(fn + " method", mixed(n, mask)))
              .append(") {\n")
              .append("    return dispatch(")
              .append(join("method", k.shape, names(n)))
              .append(");\n  }\n");
        }
      }
    }
    b.append("}\n");
    write(Path.of("ActorCalls.java"), b);
  }

  static void write(Path relative, StringBuilder text) throws IOException {
    String body = text.toString();
    if (!body.contains("@Nullable"))
      body = body.replace("import org.jspecify.annotations.Nullable;\n", "");
    body =
        body.replaceFirst(
            "^package",
            "// Generated by api/tools/GenerateArities.java: change that, then run it again.\n"
                + "package");
    Files.writeString(ROOT.resolve(relative), body);
  }
}
