package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ray stack}, {@code ray heap} and {@code ray jfr}, of workers in processes of their own.
 */
@Timeout(180)
class InspectionCommandsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void stacksAreShownOfWhateverAWordMeans() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      String id = node.running().id().toString();
      String shortId = id.substring(0, 6) + id.substring(id.indexOf('-'));
      String[] words = {"" + node.worker(), "BusyNode.waits", "keeper", id, shortId};
      for (String word : words) {
        Outcome outcome = node.look("stack", word);
        assertThat(outcome.exitCode()).as(word + ": " + outcome.err()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out())
            .startsWith("worker " + node.worker() + System.lineSeparator())
            .contains("ray.cli.BusyNode.waits(BusyNode.java:");
      }
      assertThat(node.look("stack", "keeper", "--json").out())
          .startsWith("{")
          .contains("\"threads\"");
      assertThat(node.look("stack", "keeper", "--locks").out()).contains("Full thread dump");
    }
  }

  @Test
  void whatMeansNothingIsAnsweredWithWhatThereIs() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      Outcome unknown = node.look("stack", "1");
      Outcome ended = node.look("stack", "BusyNode.Keeper.pid");

      assertThat(unknown.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(unknown.err().lines())
          .containsExactly(
              "ray stack: no process, task or actor here is called '1': there are program "
                  + ProcessHandle.current().pid()
                  + ", worker "
                  + node.worker()
                  + ", node "
                  + ProcessHandle.current().pid());
      assertThat(ended.err())
          .contains("'BusyNode.Keeper.pid' is in no worker now", "ray list tasks");
    }
  }

  @Test
  void aHeapIsWrittenOrCounted() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      Path file = folder.resolve("a heap.hprof");
      Outcome written = node.look("heap", "keeper", file.toString());
      Outcome again = node.look("heap", "keeper", file.toString());

      assertThat(written.exitCode()).as(written.err()).isEqualTo(ExitCode.OK);
      assertThat(written.out()).contains(file.toString());
      assertThat(Files.size(file)).isGreaterThan(1 << 20);
      assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(again.err()).contains("exists already");
      assertThat(node.look("heap", "keeper", "--histogram").out()).contains("java.lang.String");
    }
  }

  private static boolean isRecording(Path file) throws IOException {
    try (RecordingFile recording = new RecordingFile(file)) {
      return recording.hasMoreEvents();
    }
  }

  @Test
  void whatAWorkerDoesIsRecorded() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      Path file = folder.resolve("a.jfr");
      Outcome outcome = node.look("jfr", "" + node.worker(), file.toString(), "--seconds", "1");

      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.OK);
      assertThat(outcome.out()).contains(file.toString());
      assertThat(isRecording(file)).isTrue();
      assertThat(node.look("jfr", "keeper", "--seconds", "0").exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }
}
