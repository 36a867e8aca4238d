/**
 * Runs the JMH benchmarks, with JMH's own options: {@code ./ray run benchmarks/Jmh.java OwnerCore -f 3}.
 */
void main(String[] arguments) throws Exception {
  org.openjdk.jmh.Main.main(arguments);
}
