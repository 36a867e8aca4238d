package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.RayOptions;

/**
 * A program with libraries of its own, in versions that Ray does not have: of those that Ray uses,
 * too, and of others. The build copies them beside its classes; they are on no class path of Ray's.
 */
@Timeout(240)
class OwnLibrariesTest {
  private static final Path LIBRARIES = Path.of("target", "libraries-of-programs").toAbsolutePath();

  private static final LocalNode NODE =
      LocalNode.start(RayOptions.defaults().cpus(2).objectStore(32L << 20));

  @TempDir private Path folder = Path.of("");

  @AfterAll
  static void close() {
    NODE.close();
  }

  /** Says where it runs, of what version each library is that it gets there, and uses each. */
  private static final String MAIN =
      """
      package app;
      import com.fasterxml.jackson.databind.ObjectMapper;
      import com.fasterxml.jackson.databind.node.ObjectNode;
      import com.google.protobuf.Struct;
      import com.google.protobuf.Value;
      import io.grpc.*;
      import io.grpc.inprocess.*;
      import io.grpc.stub.*;
      import io.netty.buffer.Unpooled;
      import java.io.*;
      import java.nio.charset.StandardCharsets;
      import java.util.*;
      import ray.*;
      public class Main {
        static String jar(Class<?> of) throws Exception {
          return new File(of.getProtectionDomain().getCodeSource().getLocation().toURI()).getName();
        }
        static List<String> protobuf() throws Exception {
          Struct sent = Struct.newBuilder()
              .putFields("name", Value.newBuilder().setStringValue("ray").build()).build();
          return List.of("protobuf " + jar(Struct.class),
              "messages are " + Struct.class.getSuperclass().getSimpleName(),
              Struct.parseFrom(sent.toByteArray()).getFieldsOrThrow("name").getStringValue());
        }
        record Point(int x, String name) {}
        static List<String> jackson() throws Exception {
          ObjectMapper mapper = new ObjectMapper();
          return List.of("jackson " + mapper.version() + " " + jar(ObjectMapper.class),
              "package " + ObjectMapper.class.getPackage().getImplementationVersion(),
              mapper.writeValueAsString(mapper.readValue("{\\"x\\":1,\\"name\\":\\"p\\"}", Point.class)));
        }
        static List<String> netty() throws Exception {
          // It reads the version from a resource that each of its jars has.
          return List.of("netty " + io.netty.util.Version.identify().get("netty-common").artifactVersion(),
              Unpooled.copiedBuffer("buffer", StandardCharsets.UTF_8).readBytes(3)
                  .toString(StandardCharsets.UTF_8));
        }
        static final class Bytes implements MethodDescriptor.Marshaller<String> {
          public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
          }
          public String parse(InputStream in) {
            try {
              return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        }
        static List<String> grpc() throws Exception {
          var method = MethodDescriptor.<String, String>newBuilder(new Bytes(), new Bytes())
              .setType(MethodDescriptor.MethodType.UNARY).setFullMethodName("app.Echo/Say").build();
          String name = InProcessServerBuilder.generateName();
          Server server = InProcessServerBuilder.forName(name)
              .addService(ServerServiceDefinition.builder("app.Echo").addMethod(method,
                  ServerCalls.<String, String>asyncUnaryCall((text, answer) -> {
                    answer.onNext("echo " + text);
                    answer.onCompleted();
                  })).build())
              .build().start();
          ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
          try {
            return List.of("grpc " + io.grpc.internal.GrpcUtil.getGrpcBuildVersion().getImplementationVersion(),
                ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, "it"));
          } finally {
            channel.shutdownNow();
            server.shutdownNow();
          }
        }
        static List<String> others() throws Exception {
          return List.of("slf4j " + jar(org.slf4j.LoggerFactory.class),
              "fluent: " + Arrays.stream(org.slf4j.Logger.class.getMethods())
                  .anyMatch(each -> each.getName().equals("atInfo")),
              "jctools " + jar(org.jctools.queues.MpscArrayQueue.class),
              "janino " + jar(org.codehaus.janino.SimpleCompiler.class));
        }
        static List<String> all() throws Exception {
          List<String> all = new ArrayList<>();
          all.addAll(protobuf());
          all.addAll(jackson());
          all.addAll(netty());
          all.addAll(grpc());
          all.addAll(others());
          return all;
        }
        static Struct passed(Struct message, ObjectNode json) {
          return message.toBuilder().putFields("json",
              Value.newBuilder().setStringValue(json.put("seen", true).toString()).build()).build();
        }
        public static void main(String[] words) throws Exception {
          try (var ray = Ray.init(RayOptions.defaults().quiet())) {
            System.out.println("program: " + all());
            System.out.println("task: " + Ray.remote(Main::all).remote().get());
            System.out.println("isolated: " + Ray.remote(Main::all).isolated().remote().get());
            Struct back = Ray.remote(Main::passed).remote(
                Struct.newBuilder().putFields("n", Value.newBuilder().setNumberValue(7).build()).build(),
                new ObjectMapper().createObjectNode()).get();
            System.out.println("passed: " + (int) back.getFieldsOrThrow("n").getNumberValue()
                + back.getFieldsOrThrow("json").getStringValue());
          }
        }
      }
      """;

  private static List<Path> libraries() throws IOException {
    assertThat(LIBRARIES).as("./mvnw copies libraries there before it runs tests").isDirectory();
    try (Stream<Path> jars = Files.list(LIBRARIES)) {
      return jars.sorted().toList();
    }
  }

  private List<String> run(List<Path> classPath) throws Exception {
    String path = String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList());
    String printed =
        TestCode.run(NODE.address(), folder.resolve("printed"), List.of("-cp", path, "app.Main"));
    // Without what the libraries themselves print.
    return printed.lines().filter(line -> WORDS.stream().anyMatch(line::startsWith)).toList();
  }

  private Path program() throws IOException {
    return TestCode.compile(
        folder, Map.of("app/Main.java", MAIN), libraries().toArray(Path[]::new));
  }

  private static List<Path> ray() {
    return Stream.of(TestCode.classPath(List.of()).split(File.pathSeparator))
        .map(Path::of)
        .toList();
  }

  private static final List<String> WORDS =
      List.of("program: ", "task: ", "isolated: ", "passed: ");

  private static final List<String> OF_NO_CONCERN_TO_RAY =
      List.of(
          "jackson 2.15.4 jackson-databind-2.15.4.jar",
          "package 2.15.4",
          "{\"x\":1,\"name\":\"p\"}",
          "netty 4.1.112.Final",
          "buf",
          "grpc 1.58.0",
          "echo it");

  private static String said(List<String> protobuf, List<String> others) {
    List<String> all = new ArrayList<>(protobuf);
    all.addAll(OF_NO_CONCERN_TO_RAY);
    all.addAll(others);
    return all.toString();
  }

  @Test
  void aProgramWhoseVersionsComeFirstHasThemItselfAndOnWorkersAndRayRunsBesideThem()
      throws Exception {
    List<Path> classPath = new ArrayList<>(List.of(program()));
    classPath.addAll(libraries());
    classPath.addAll(ray());
    String own =
        said(
            List.of("protobuf protobuf-java-3.25.5.jar", "messages are GeneratedMessageV3", "ray"),
            List.of(
                "slf4j slf4j-api-1.7.36.jar",
                "fluent: false",
                "jctools jctools-core-3.3.0.jar",
                "janino janino-3.1.9.jar"));

    assertThat(run(classPath))
        .containsExactly(
            "program: " + own, "task: " + own, "isolated: " + own, "passed: 7{\"seen\":true}");
  }

  @Test
  void aProgramWhereRaysVersionsComeFirstHasThoseOnWorkersToo() throws Exception {
    List<Path> classPath = new ArrayList<>(List.of(program()));
    classPath.addAll(ray());
    classPath.addAll(libraries());

    List<String> printed = run(classPath);

    String program = printed.getFirst().substring("program: ".length());
    assertThat(program)
        .contains("messages are GeneratedMessage,", "fluent: true")
        .doesNotContain("3.25.5", "1.7.36", "3.3.0", "3.1.9");
    OF_NO_CONCERN_TO_RAY.forEach(each -> assertThat(program).contains(each));
    assertThat(printed.subList(1, 4))
        .containsExactly("task: " + program, "isolated: " + program, "passed: 7{\"seen\":true}");
  }
}
