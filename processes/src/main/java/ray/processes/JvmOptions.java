package ray.processes;

import java.lang.management.ManagementFactory;
import java.util.List;

/** The options of this JVM that its children are to have too. */
final class JvmOptions {
  private JvmOptions() {}

  static List<String> ofThisJvm() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(JvmOptions::isInherited)
        .toList();
  }

  private static boolean isInherited(String option) {
    return option.startsWith("--enable-native-access")
        || option.startsWith("-Dray.wire.")
        // Where notes of nodes and the token lie.
        || option.startsWith("-Duser.home=")
        || option.startsWith("--sun-misc-unsafe-memory-access")
        || option.startsWith("-XX:+Use")
        || option.startsWith("-XX:TieredStopAtLevel=")
        || option.startsWith("-XX:+IgnoreUnrecognizedVMOptions")
        || option.equals("-XX:+UnlockDiagnosticVMOptions")
        || option.startsWith("-XX:ArchiveRelocationMode=")
        || option.startsWith("-XX:AOTCache=")
        || option.startsWith("-Xlog:aot")
        || option.startsWith("-Xlog:cds");
  }
}
