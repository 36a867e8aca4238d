package ray.cli;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the program of a jar that stands on the class path behind Ray, where {@code java -jar} would
 * not have Ray on the class path. What else a manifest can ask of Java, such as {@code Add-Opens},
 * is an option here: in {@code RAY_JAVA_OPTS}.
 */
public final class JarProgram {
  private JarProgram() {}

  /**
   * Runs it.
   *
   * @param words the jar, and the program's arguments
   * @throws Throwable what the program throws
   */
  public static void main(String[] words) throws Throwable {
    String jar = words[0];
    Class<?> type;
    Method main;
    try {
      type = Class.forName(mainClass(jar));
      main = mainMethod(type);
    } catch (IOException | ClassNotFoundException | NoSuchMethodException e) {
      System.err.println("ray run: " + jar + " can't be run: " + explain(e));
      System.exit(ExitCode.FAILED);
      return;
    }
    run(type, main, Arrays.copyOfRange(words, 1, words.length));
  }

  private static String explain(Exception failure) {
    return failure instanceof ClassNotFoundException
        ? "its main class " + failure.getMessage() + " is not there"
        : String.valueOf(failure.getMessage());
  }

  private static String mainClass(String path) throws IOException {
    try (JarFile jar = new JarFile(path)) {
      Manifest manifest = jar.getManifest();
      String name =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
      if (name == null) {
        throw new IOException(
            "its manifest names no Main-Class; name the class with: ray run -cp " + path + " MAIN");
      }
      return name.strip();
    }
  }

  /**
   * The method with which a program begins: with arguments before one without, its own before an
   * inherited one.
   */
  private static Method mainMethod(Class<?> type) throws NoSuchMethodException {
    for (Class<?>[] parameters : new Class<?>[][] {{String[].class}, {}}) {
      for (Class<?> at = type; at != null; at = at.getSuperclass()) {
        Method found = declared(at, parameters);
        if (found != null) {
          return found;
        }
      }
    }
    throw new NoSuchMethodException("its main class " + type.getName() + " has no main method");
  }

  private static @Nullable Method declared(Class<?> type, Class<?>[] parameters) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> method.getName().equals("main"))
        .filter(method -> method.getReturnType() == void.class)
        .filter(method -> Arrays.equals(method.getParameterTypes(), parameters))
        .filter(method -> !Modifier.isPrivate(method.getModifiers()))
        .findFirst()
        .orElse(null);
  }

  private static void run(Class<?> type, Method main, String[] arguments) throws Throwable {
    main.setAccessible(true);
    try {
      Object program = null;
      if (!Modifier.isStatic(main.getModifiers())) {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        program = constructor.newInstance();
      }
      if (main.getParameterCount() == 0) {
        main.invoke(program);
      } else {
        main.invoke(program, (Object) arguments);
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
