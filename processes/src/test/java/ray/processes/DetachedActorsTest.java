package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.processes.Waiting.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.RayOptions;

/** Actors that outlive the programs that made them, which are processes of their own. */
@Timeout(300)
class DetachedActorsTest {
  private static final LocalNode NODE =
      LocalNode.start(RayOptions.defaults().cpus(2).objectStore(32L << 20));

  @TempDir private Path folder = Path.of("");

  @AfterAll
  static void close() {
    NODE.close();
  }

  /** What both programs have. */
  private static Map<String, String> shared() {
    return Map.of(
        "app/Note.java",
        "package app; public record Note(String text, java.util.List<Integer> numbers) {}",
        "app/Later.java",
        """
        package app;
        class Later {
          static int square(int x) { return x * x; }
          static String text() {
            try (var in = Later.class.getResourceAsStream("later.txt")) {
              return new String(in.readAllBytes());
            } catch (java.io.IOException e) {
              return e.toString();
            }
          }
        }
        """,
        "app/Keeper.java",
        """
        package app;
        import java.util.*;
        public class Keeper {
          private final String name;
          private int calls;
          public Keeper(String name) { this.name = name; }
          public Note add(Note note) {
            calls++;
            List<Integer> all = new ArrayList<>(note.numbers());
            all.add(calls);
            return new Note(name + note.text(), all);
          }
          public long pid() { return ProcessHandle.current().pid(); }
          public String later() { return Later.text(); }
          public int nested(int x) { return ray.Ray.remote(Later::square).remote(x).get(); }
        }
        """);
  }

  private static final String MAKER =
      """
      package app;
      import ray.*;
      public class Maker {
        public static void main(String[] words) throws Exception {
          var ray = Ray.init();
          var kept = Ray.actor(Keeper::new).name(words[0]).detached().maxRestarts(5).remote("k-");
          System.out.println("worker " + kept.call(Keeper::pid).get());
          System.in.read();
          if (words[1].equals("close")) { ray.close(); }
          Runtime.getRuntime().halt(0);
        }
      }
      """;

  private static final String CALLER =
      """
      package other;
      import app.*;
      import ray.*;
      import java.util.*;
      public class Caller {
        public static void main(String[] words) throws Exception {
          try (var ray = Ray.init()) {
            ActorRef<Keeper> kept = Ray.<Keeper>actor(words[0]).orElseThrow();
            for (String word : List.of(words).subList(1, words.length)) {
              switch (word) {
                case "add" -> System.out.println(
                    kept.call(Keeper::add, new Note("n", List.of(7, 8))).get());
                case "pid" -> System.out.println("pid " + kept.call(Keeper::pid).get());
                case "later" -> System.out.println(kept.call(Keeper::later).get());
                case "nested" -> System.out.println(kept.call(Keeper::nested, 9).get());
                case "kill" -> kept.kill();
              }
            }
          }
        }
      }
      """;

  private Path maker() throws Exception {
    Map<String, String> sources = new HashMap<>(shared());
    sources.put("app/Maker.java", MAKER);
    Path classes = TestCode.compile(folder.resolve("maker"), sources);
    Files.writeString(classes.resolve("app/later.txt"), "later");
    return TestCode.jar(folder.resolve("maker.jar"), classes, Map.of());
  }

  private Path caller() throws Exception {
    Map<String, String> sources = new HashMap<>(shared());
    sources.put("other/Caller.java", CALLER);
    return TestCode.compile(folder.resolve("caller"), sources);
  }

  private List<String> call(Path caller, String... words) throws Exception {
    List<String> all =
        new java.util.ArrayList<>(
            List.of("-cp", TestCode.classPath(List.of(caller)), "other.Caller"));
    all.addAll(List.of(words));
    return TestCode.run(NODE.address(), folder.resolve("calls"), all).lines().toList();
  }

  private static boolean lives(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private TestCode.Program make(Path maker, String name, String ending) throws Exception {
    return TestCode.start(
        NODE.address(),
        folder.resolve(name),
        List.of("-cp", TestCode.classPath(List.of(maker)), "app.Maker", name, ending));
  }

  @Test
  void anActorThatStaysIsRestartedAndHasItsCodeWhenItsProgramIsGone() throws Exception {
    Path jar = maker();
    Path caller = caller();
    TestCode.Program program = make(jar, "kept", "close");
    long worker = Long.parseLong(program.awaitLine("worker "));
    program.process().getOutputStream().close();
    program.await();
    Files.delete(jar);

    assertThat(call(caller, "kept", "pid", "add", "later", "nested"))
        .containsExactly("pid " + worker, "Note[text=k-n, numbers=[7, 8, 1]]", "later", "81");

    ProcessHandle.of(worker).orElseThrow().destroyForcibly();
    await("the worker's end", () -> !lives(worker));
    List<String> after = call(caller, "kept", "add", "pid", "later");
    assertThat(after.getFirst()).isEqualTo("Note[text=k-n, numbers=[7, 8, 1]]");
    long second = Long.parseLong(after.get(1).substring("pid ".length()));
    assertThat(second).isNotEqualTo(worker);

    call(caller, "kept", "kill");
    await("the end of its worker, which nobody needs", () -> !lives(second));
    assertThat(NODE.head().codes().orphans()).isEmpty();
  }

  @Test
  void anActorOutlivesAProgramThatIsKilled() throws Exception {
    Path caller = caller();
    TestCode.Program program = make(maker(), "orphan", "halt");
    long worker = Long.parseLong(program.awaitLine("worker "));
    await("its code is on the node", () -> NODE.head().codes().staying() == 1);
    program.process().destroyForcibly().waitFor();
    await("the program's end", () -> !NODE.head().codes().orphans().isEmpty());

    assertThat(call(caller, "orphan", "pid", "later", "kill"))
        .containsExactly("pid " + worker, "later");
    await("the end of its worker", () -> !lives(worker));
  }
}
