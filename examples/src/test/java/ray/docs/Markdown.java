package ray.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's documents, their fenced blocks and their links. */
final class Markdown {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
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

  /** The targets of a document's links that are files of the project. */
  static List<String> localLinks(Path file) throws IOException {
    List<String> links = new ArrayList<>();
    Matcher matcher = LINK.matcher(Files.readString(file));
    while (matcher.find()) {
      if (!matcher.group(1).contains("://")) {
        links.add(matcher.group(1));
      }
    }
    return links;
  }
}
