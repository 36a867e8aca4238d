package ray.simulator.coverage;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.analysis.ICounter;
import org.jacoco.core.analysis.ILine;
import org.jacoco.core.analysis.IMethodCoverage;
import ray.core.control.ControlCore;
import ray.core.executor.ExecutorCore;
import ray.core.node.NodeCore;
import ray.core.owner.OwnerCore;
import ray.core.store.StoreCore;
import ray.simulator.cores.CoreSources;
import ray.simulator.coverage.Report.Branches;

/**
 * Reads from the probes which events and transitions were reached. Events are the public methods of
 * the five cores, and the kinds of messages that their {@code receive} tells apart. Transitions are
 * the branches and lines of all their classes. What a core checks of its own state, and would only
 * fail if it were wrong, is none.
 */
final class Analysis {
  private static final List<Class<?>> CORES =
      List.of(
          OwnerCore.class, ExecutorCore.class, NodeCore.class, ControlCore.class, StoreCore.class);

  private static final Pattern MESSAGE = Pattern.compile("case Message\\.(\\w+) \\w+ ->.*");
  private static final String ROOT = "ray/core/";
  private static final Set<String> OF_RECORDS = Set.of("equals", "hashCode", "toString");

  private final CoverageBuilder found;
  private final CoreSources sources;
  private final Explanations explanations;
  private final Set<String> events = new TreeSet<>();
  private final Set<String> unreachedEvents = new TreeSet<>();
  private final Map<String, Branches> branches = new TreeMap<>();
  private final Set<Gap> gaps = new TreeSet<>();
  private int explained;

  Analysis(CoverageBuilder found, CoreSources sources, Explanations explanations) {
    this.found = found;
    this.sources = sources;
    this.explanations = explanations;
  }

  Report report() {
    for (IClassCoverage type : found.getClasses()) {
      Class<?> core = core(type);
      for (IMethodCoverage method : type.getMethods()) {
        if (core != null && isCall(core, method)) {
          event(type, method);
        }
        lines(type, method);
      }
    }
    return new Report(
        events.size(),
        List.copyOf(unreachedEvents),
        branches,
        List.copyOf(gaps),
        explained,
        explanations.unneeded());
  }

  private static @org.jspecify.annotations.Nullable Class<?> core(IClassCoverage type) {
    for (Class<?> core : CORES) {
      if (core.getName().equals(type.getName().replace('/', '.'))) {
        return core;
      }
    }
    return null;
  }

  private static boolean isCall(Class<?> core, IMethodCoverage method) {
    for (Method each : core.getDeclaredMethods()) {
      if (Modifier.isPublic(each.getModifiers())
          && each.getName().equals(method.getName())
          && each.getParameterCount() == parameters(method)) {
        return true;
      }
    }
    return false;
  }

  private static int parameters(IMethodCoverage method) {
    return java.lang.invoke.MethodType.fromMethodDescriptorString(
            method.getDesc(), Analysis.class.getClassLoader())
        .parameterCount();
  }

  private void event(IClassCoverage type, IMethodCoverage method) {
    String file = file(type);
    String name = simpleName(type);
    event(
        name + "." + method.getName(),
        method.getInstructionCounter().getCoveredCount() > 0,
        () -> explanations.has(file, method.getName(), ""));
    if (!method.getName().equals("receive")) {
      return;
    }
    for (int i = method.getFirstLine(); i <= method.getLastLine(); i++) {
      String text = sources.line(file, i);
      Matcher message = MESSAGE.matcher(text);
      if (message.matches() && !text.contains("misrouted(")) {
        // What is done stands on the same line, or begins on the next.
        ILine line = method.getLine(i);
        ILine next = method.getLine(Math.min(i + 1, method.getLastLine()));
        boolean reached =
            line.getInstructionCounter().getCoveredCount() > 0
                && (!text.endsWith("{") && !text.endsWith("->")
                    || next.getInstructionCounter().getCoveredCount() > 0);
        event(name + " gets " + message.group(1), reached, () -> explanations.has(file, "", text));
      }
    }
  }

  private void event(String event, boolean reached, BooleanSupplier isExplained) {
    events.add(event);
    if (!reached && !isExplained.getAsBoolean()) {
      unreachedEvents.add(event);
    }
  }

  private void lines(IClassCoverage type, IMethodCoverage method) {
    String file = file(type);
    String name = name(type, method);
    if (isOfRecord(type, method)) {
      return;
    }
    if (method.getInstructionCounter().getCoveredCount() == 0) {
      int line = method.getFirstLine();
      count(file, method.getBranchCounter());
      if (!method.getName().startsWith("lambda$")) {
        gap(name, new Gap(file, line, declaration(file, method), Gap.What.METHOD));
      }
      return;
    }
    boolean before = true;
    boolean excused = false;
    for (int i = method.getFirstLine(); i <= method.getLastLine(); i++) {
      ILine line = method.getLine(i);
      String text = sources.line(file, i);
      if (line.getStatus() == ICounter.EMPTY || isCheck(text)) {
        continue;
      }
      count(file, line.getBranchCounter());
      boolean reached = line.getInstructionCounter().getCoveredCount() > 0;
      if (reached && line.getBranchCounter().getMissedCount() > 0) {
        excused = gap(name, new Gap(file, i, text, Gap.What.BRANCH));
      } else if (!reached && before && excused) {
        // What explains the branch explains what it leads to.
        explained++;
      } else if (!reached && before) {
        gap(name, new Gap(file, i, text, Gap.What.LINE));
      }
      excused &= !reached || line.getBranchCounter().getMissedCount() > 0;
      before = reached;
    }
  }

  /**
   * Whether the compiler made it for a record, which JaCoCo knows no more when the launcher has
   * rewritten it.
   */
  private boolean isOfRecord(IClassCoverage type, IMethodCoverage method) {
    return Record.class.getName().replace('.', '/').equals(type.getSuperName())
        && OF_RECORDS.contains(method.getName())
        && sources.line(file(type), method.getFirstLine()).contains("record ");
  }

  private static boolean isCheck(String text) {
    return text.startsWith("assert ") || text.contains("Invariant.");
  }

  /** Returns whether the gap is explained. */
  private boolean gap(String method, Gap gap) {
    boolean isExplained = explanations.has(gap.file(), method, gap.text());
    if (isExplained) {
      explained++;
    } else {
      gaps.add(gap);
    }
    return isExplained;
  }

  /** What a method is called in its source; what a lambda is in counts as that method. */
  private static String name(IClassCoverage type, IMethodCoverage method) {
    String name = method.getName();
    if (name.startsWith("lambda$")) {
      name = name.substring("lambda$".length(), name.lastIndexOf('$'));
    }
    return name.equals("<init>") || name.equals("new") ? simpleName(type) : name;
  }

  /** The line in which a method's name stands: a few lines before its first, at most. */
  private String declaration(String file, IMethodCoverage method) {
    for (int i = method.getFirstLine(); i > Math.max(0, method.getFirstLine() - 8); i--) {
      String text = sources.line(file, i);
      if (text.contains(" " + method.getName() + "(")) {
        return text;
      }
    }
    return sources.line(file, method.getFirstLine());
  }

  private void count(String file, ICounter counter) {
    int slash = file.indexOf('/');
    branches.merge(
        slash < 0 ? "shared" : file.substring(0, slash),
        new Branches(counter.getTotalCount(), counter.getCoveredCount()),
        (a, b) -> new Branches(a.all() + b.all(), a.taken() + b.taken()));
  }

  private static String file(IClassCoverage type) {
    String path = type.getPackageName() + "/" + type.getSourceFileName();
    return path.substring(ROOT.length());
  }

  private static String simpleName(IClassCoverage type) {
    String name = type.getName();
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('$')) + 1);
  }
}
