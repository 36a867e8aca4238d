package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void whoeverIsFirstMakesATokenThatAllOthersRead() throws Exception {
    for (int round = 0; round < 50; round++) {
      Path file = folder.resolve("home-" + round).resolve("token");
      List<Future<byte[]>> read = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        for (int i = 0; i < 4; i++) {
          read.add(
              threads.submit(() -> {
                Tokens.make(file);
                return Tokens.load(file);
              }));
        }
      }
      for (Future<byte[]> each : read) {
        assertThat(each.get()).hasSize(64).isEqualTo(read.getFirst().get());
      }
    }
  }

  @Test
  void aTokenIsForItsUserOnly() throws IOException {
    Path file = folder.resolve("home").resolve("token");
    Tokens.make(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var left = Files.list(file.getParent())) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void aFileThatIsNotThereOrIsEmptyIsNamed() throws IOException {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> Tokens.load(missing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing.toString());
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> Tokens.load(empty)).hasMessageContaining("is empty");
  }

  @Test
  void aNodeTakesTheTokenThatItIsGivenThenTheEnvironmentsThenTheUsers() throws Exception {
    Path given = folder.resolve("given");
    Map<String, String> file = Map.of("RAY_TOKEN_FILE", folder.resolve("named").toString());

    assertThat(Tokens.forNode(given, file, folder)).isEqualTo(given);
    assertThat(Tokens.forNode(null, file, folder)).isEqualTo(folder.resolve("named"));
    assertThat(Tokens.forNode(null, Map.of(), folder)).isEqualTo(Tokens.file());
    Path written = Tokens.forNode(null, Map.of("RAY_TOKEN", "a secret"), folder);
    assertThat(written).hasParent(folder).hasContent("a secret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written)))
        .isEqualTo("rw-------");
  }
}
