package ray.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What the guide says of Arrow's tables is compiled here, and does what it says. */
@ResourceLock("the default instance of Ray")
class GuideTest {
  private static final String FENCE = "```";

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    return folder;
  }

  private static String withoutSpace(String code) {
    return code.replaceAll("\\s+", " ");
  }

  @Test
  void theGuidesExampleRuns() {
    assertThat(Guide.example()).isEqualTo(499_999.5);
  }

  @Test
  void theGuideShowsWhatRuns() throws IOException {
    String source =
        withoutSpace(Files.readString(root().resolve("arrow/src/test/java/ray/arrow/Guide.java")));
    String[] parts =
        Files.readString(root().resolve("docs/guide.md")).split(FENCE + "java arrow\n");

    assertThat(parts).hasSize(3);
    for (int i = 1; i < parts.length; i++) {
      assertThat(source)
          .contains(withoutSpace(parts[i].substring(0, parts[i].indexOf(FENCE)).strip()));
    }
  }
}
