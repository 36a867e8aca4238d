package ray.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The project's documents, their fenced blocks and their links. */
final class Markdown {
  private static final Pattern LINK =
      Pattern.compile("\\[[^\\]]*\\]\\(([^)#\\s]*)(?:#([^)\\s]*))?\\)");
  private static final String FENCE = "```";

  private Markdown() {}

  /** The folder that holds the build's wrapper and the README. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("the tests must run inside the project's folder");
      }
    }
    return folder;
  }

  /** All documents: those at the root and those in docs. */
  static List<Path> documents() throws IOException {
    Path root = root();
    try (Stream<Path> top = Files.list(root);
        Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  /** The fenced blocks of a document, in order. */
  static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    String section = file.getFileName().toString();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("#")) {
        section = line.replaceFirst("^#+ *", "");
      } else if (line.startsWith(FENCE)) {
        int end = i + 1;
        while (!lines.get(end).equals(FENCE)) {
          end++;
        }
        String text = String.join("\n", lines.subList(i + 1, end));
        String info = line.substring(FENCE.length()).strip();
        blocks.add(new Block(root().relativize(file), i + 1, section, info, text));
        i = end;
      }
    }
    return blocks;
  }

  /**
   * What a document's links within the project lead to: files, and headings where they name one.
   */
  static List<Link> localLinks(Path file) throws IOException {
    List<Link> links = new ArrayList<>();
    Matcher matcher = LINK.matcher(withoutBlocks(Files.readString(file)));
    while (matcher.find()) {
      if (!matcher.group(1).contains("://")) {
        Path target = matcher.group(1).isEmpty() ? file : file.resolveSibling(matcher.group(1));
        links.add(new Link(matcher.group(), target.normalize(), matcher.group(2)));
      }
    }
    return links;
  }

  /**
   * A link.
   *
   * @param text as it is written
   * @param target the file
   * @param heading the heading's anchor; null: none
   */
  record Link(String text, Path target, @Nullable String heading) {}

  /** The anchors of a document's headings, as code hosts make them. */
  static List<String> anchors(Path file) throws IOException {
    return withoutBlocks(Files.readString(file))
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+", "").strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .toList();
  }

  private static String withoutBlocks(String text) {
    return text.replaceAll("(?ms)^```.*?^```", "");
  }
}
