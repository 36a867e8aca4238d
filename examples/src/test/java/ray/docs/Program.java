package ray.docs;

import java.util.ArrayList;
import java.util.List;

/**
 * One program that is made of a document's blocks, and what each part of it is to print.
 *
 * <p>How a block is run stands after its language:
 *
 * <ul>
 *   <li>{@code java program}: a whole source file, run as it is;
 *   <li>{@code java members}: declarations in the body of class {@code Guide} of its section;
 *   <li>{@code java}: statements of its section's {@code main}, where Ray runs. All such blocks of
 *       a section are one program, so later ones use the variables of earlier ones;
 *   <li>{@code java main}: statements of a {@code main} of their own, which start Ray themselves;
 *   <li>{@code java test}: a class of JUnit tests, all of which pass;
 *   <li>{@code text}: what the block before it prints; {@code …} stands for anything;
 *   <li>{@code text stderr}: what the program before it prints on the console beside that.
 * </ul>
 */
final class Program {
  /** Printed between the parts of a program, to tell their output apart. */
  static final String MARK = "\u0001";

  private static final String IMPORTS = "import module java.base;\nimport ray.*;\n";

  private final Block first;
  private final String className;
  private final String source;
  private final List<Expected> parts;
  private final List<String> stderr = new ArrayList<>();

  /** A part of a program, and what it is to print. */
  private static final class Expected {
    final Block block;
    final List<String> text = new ArrayList<>();

    Expected(Block block) {
      this.block = block;
    }
  }

  private Program(Block first, String className, String source, List<Block> parts) {
    this.first = first;
    this.className = className;
    this.source = source;
    this.parts = parts.stream().map(Expected::new).toList();
  }

  /** A whole source file. */
  static Program whole(Block block) {
    String name = block.text().replaceFirst("(?s).*?\\bclass (\\w+).*", "$1");
    return new Program(block, name, block.text(), List.of(block));
  }

  /** A class of tests, with the imports that every snippet has. */
  static Program tests(Block block) {
    Program bare = whole(block);
    return new Program(block, bare.className, IMPORTS + block.text(), List.of(block));
  }

  /** Statements that start Ray themselves. */
  static Program main(List<Block> members, Block statements) {
    return new Program(
        statements,
        "Guide",
        source(members, List.of(statements), statements.text()),
        List.of(statements));
  }

  /** Statements of one section, with a Ray of their own. */
  static Program section(List<Block> members, List<Block> statements) {
    StringBuilder body = new StringBuilder("try (var ray = Ray.init()) {\n");
    for (Block block : statements) {
      if (!block.equals(statements.getFirst())) {
        body.append("System.out.print(\"\\u0001\");\n");
      }
      body.append(withoutImports(block.text())).append('\n');
    }
    body.append("}\n");
    return new Program(
        statements.getFirst(), "Guide", source(members, statements, body.toString()), statements);
  }

  private static String source(List<Block> members, List<Block> statements, String body) {
    StringBuilder source = new StringBuilder(IMPORTS);
    for (List<Block> blocks : List.of(members, statements)) {
      for (Block block : blocks) {
        block.text().lines().filter(Program::isImport).forEach(i -> source.append(i).append('\n'));
      }
    }
    source.append("class Guide {\n");
    members.forEach(block -> source.append(withoutImports(block.text())).append('\n'));
    return source
        .append("void main() throws Exception {\n")
        .append(withoutImports(body))
        .append("\n}\n}\n")
        .toString();
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }

  private static String withoutImports(String text) {
    return String.join("\n", text.lines().filter(line -> !isImport(line)).toList());
  }

  /** Adds what the part that is this block must print. */
  void expect(Block part, String text) {
    parts.stream().filter(each -> each.block.equals(part)).findFirst().orElseThrow().text.add(text);
  }

  /** Adds what must be printed on the standard error. */
  void expectStderr(String text) {
    stderr.add(text);
  }

  /** Whether it is a class of tests. */
  boolean isTests() {
    return first.info().equals("java test");
  }

  /** Whether a block is a part of it. */
  boolean has(Block block) {
    return parts.stream().anyMatch(part -> part.block.equals(block));
  }

  String className() {
    return className;
  }

  String source() {
    return source;
  }

  String place() {
    return first.place() + " " + first.section();
  }

  /** What each part is to print; nothing where no text follows it. */
  List<String> expected() {
    return parts.stream().map(part -> String.join("\n", part.text)).toList();
  }

  /** What the standard error is to show. */
  String expectedStderr() {
    return String.join("\n", stderr);
  }

  /** Where a part stands. */
  String place(int part) {
    return parts.get(part).block.place();
  }
}
