package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the sockets of a node's processes lie. */
class RoadTest {
  @TempDir Path session;

  @Test
  void theFirstProcessMakesTheFolder() throws IOException {
    Road.Sockets road = new Road.Sockets(session.resolve("s"));

    try (ServerSocketChannel first = road.listen(1);
        ServerSocketChannel second = road.listen(2)) {
      assertThat(session.resolve("s"))
          .isDirectoryContaining("glob:**/1")
          .isDirectoryContaining("glob:**/2");
      assertThat(first.isOpen()).isTrue();
      assertThat(second.isOpen()).isTrue();
    }
  }

  @Test
  void aSessionThatIsGoneIsNotMadeAnew() {
    Path gone = session.resolve("gone");
    Road.Sockets road = new Road.Sockets(gone.resolve("s"));

    assertThatThrownBy(() -> road.listen(1)).isInstanceOf(UncheckedIOException.class);
    assertThat(gone).doesNotExist();
  }
}
