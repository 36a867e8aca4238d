package ray.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whoever copies a snippet out of a document gets what the document promises: every block of Java
 * is compiled and run, and prints what stands below it. A block of a kind that this does not know
 * is an error, so none is skipped by mistake.
 */
@Isolated("takes the standard streams and the JVM's default Ray")
class SnippetsTest {
  /** Kinds of blocks that show something other than a program, or are run by tests of ray-arrow. */
  private static final Set<String> NOT_RUN =
      Set.of("sh", "xml", "mermaid", "diagram", "trace", "java arrow");

  @TestFactory
  Stream<DynamicTest> everySnippetRunsAndPrintsWhatItsDocumentSays() throws Exception {
    List<Program> programs = new ArrayList<>();
    for (Path file : Markdown.documents()) {
      programs.addAll(programs(file));
    }
    assertThat(programs).as("programs in the documents").hasSizeGreaterThan(20);
    return programs.stream()
        .map(program -> DynamicTest.dynamicTest(program.place(), () -> check(program)));
  }

  private static List<Program> programs(Path file) throws Exception {
    List<Block> all = Markdown.blocks(file);
    List<Program> programs = new ArrayList<>();
    for (int i = 0; i < all.size(); ) {
      int end = i;
      while (end < all.size() && all.get(end).section().equals(all.get(i).section())) {
        end++;
      }
      programs.addAll(programsOfSection(all.subList(i, end)));
      i = end;
    }
    return programs;
  }

  private static List<Program> programsOfSection(List<Block> blocks) {
    List<Block> members = of(blocks, "java members");
    List<Block> statements = of(blocks, "java");
    List<Program> programs = new ArrayList<>();
    if (!statements.isEmpty()) {
      programs.add(Program.section(members, statements));
    }
    Block last = null;
    for (Block block : blocks) {
      switch (block.info()) {
        case "java" -> last = block;
        case "java members" -> last = null;
        case "java program" -> {
          programs.add(Program.whole(block));
          last = block;
        }
        case "java main" -> {
          programs.add(Program.main(members, block));
          last = block;
        }
        case "java test" -> {
          programs.add(Program.tests(block));
          last = null;
        }
        case "text" -> {
          Block part = before(block, last);
          programOf(programs, part).expect(part, block.text());
        }
        case "text stderr" -> programOf(programs, before(block, last)).expectStderr(block.text());
        default ->
            assertThat(NOT_RUN)
                .as("%s: is not run, so its kind must be one of these", block.place())
                .contains(block.info());
      }
    }
    assertThat(members.isEmpty() || !programs.isEmpty())
        .as("%s: declarations that no program of the section uses", blocks.getFirst().place())
        .isTrue();
    return programs;
  }

  private static List<Block> of(List<Block> blocks, String info) {
    return blocks.stream().filter(block -> block.info().equals(info)).toList();
  }

  private static Block before(Block text, @Nullable Block part) {
    if (part == null) {
      throw new AssertionError(text.place() + ": output without a program before it");
    }
    return part;
  }

  private static Program programOf(List<Program> programs, Block part) {
    return programs.stream().filter(program -> program.has(part)).findFirst().orElseThrow();
  }

  private static void check(Program program) throws Exception {
    if (program.isTests()) {
      assertThat(ProgramRunner.runTests(program)).as("tests that passed").isPositive();
      return;
    }
    ProgramRunner.Output output = ProgramRunner.run(program);

    List<String> expected = program.expected();
    String[] printed = output.out().split(Program.MARK, -1);
    assertThat(printed).as("parts that %s printed", program.place()).hasSameSizeAs(expected);
    for (int i = 0; i < printed.length; i++) {
      assertThat(printed[i].strip())
          .as("%s prints, where … stands for anything:%n%s", program.place(i), expected.get(i))
          .matches(pattern(expected.get(i)));
    }
    assertThat(output.err().strip())
        .as("%s prints on the console:%n%s", program.place(), program.expectedStderr())
        .matches(pattern(program.expectedStderr()));
  }

  private static Pattern pattern(String expected) {
    String lines =
        expected
            .lines()
            .map(line -> line.strip().equals("…") ? "(?s:.*)" : line(line))
            .collect(Collectors.joining("\\R"));
    return Pattern.compile(lines);
  }

  private static String line(String expected) {
    return Stream.of(expected.stripTrailing().split("…", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
  }

  @Test
  void theReadmeBeginsWithTheTwoCommandsThatANewcomerRuns() throws Exception {
    List<Block> blocks = Markdown.blocks(Markdown.root().resolve("README.md"));

    List<String> commands =
        blocks.stream().filter(block -> block.info().equals("sh")).map(Block::text).toList();

    assertThat(commands).startsWith("./ray example imagenet", "./mvnw verify");
  }

  @TestFactory
  Stream<DynamicTest> linksLeadToFilesAndHeadingsThatExist() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : Markdown.documents()) {
      for (Markdown.Link link : Markdown.localLinks(file)) {
        tests.add(
            DynamicTest.dynamicTest(file.getFileName() + " " + link.text(), () -> check(link)));
      }
    }
    return tests.stream();
  }

  private static void check(Markdown.Link link) throws Exception {
    assertThat(link.target()).exists();
    if (link.heading() != null) {
      assertThat(Markdown.anchors(link.target())).contains(link.heading());
    }
  }

  @Test
  void theMavenCoordinatesAreThoseOfTheBuild() throws Exception {
    String pom = Files.readString(Markdown.root().resolve("pom.xml"));
    String version = pom.replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
    for (Path file : Markdown.documents()) {
      for (Block block : Markdown.blocks(file)) {
        if (block.info().equals("xml") && block.text().contains("<dependency>")) {
          assertThat(block.text())
              .as(block.place())
              .contains("<groupId>io.github.rayjava</groupId>")
              .contains("<version>" + version + "</version>");
        }
      }
    }
  }
}
