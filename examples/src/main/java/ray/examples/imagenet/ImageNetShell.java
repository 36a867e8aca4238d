package ray.examples.imagenet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jshell.tool.JavaShellToolBuilder;
import ray.ObjectRef;

/**
 * JShell with the loaded batches in a variable. It runs in this JVM, so it has Ray and its store.
 */
public final class ImageNetShell {
  private static final String START_UP =
      """
      import module java.base;
      import ray.*;
      import ray.examples.imagenet.*;
      List<ObjectRef<ImageBatch>> batches = ImageNetShell.batches();
      """;

  /** A shell's snippets can reach only what is static. */
  private static volatile List<ObjectRef<ImageBatch>> loaded = List.of();

  private ImageNetShell() {}

  /** The batches that were loaded before the shell was opened. */
  public static List<ObjectRef<ImageBatch>> batches() {
    return loaded;
  }

  /** Opens the shell and returns its exit code when it is left. */
  static int open(List<ObjectRef<ImageBatch>> batches, JavaShellToolBuilder shell)
      throws Exception {
    loaded = batches;
    Path startUp = Files.createTempFile("imagenet", ".jsh");
    try {
      Files.writeString(startUp, START_UP);
      return shell.start(
          "--execution=local",
          "--class-path=" + System.getProperty("java.class.path"),
          "--startup=" + startUp);
    } finally {
      Files.deleteIfExists(startUp);
      loaded = List.of();
    }
  }
}
