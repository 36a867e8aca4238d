package ray.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the launcher's own copies of jars such that the JDK's AOT cache takes all of them. It takes
 * only classes with stack maps, which class files of the time before Java 6 lack; picocli is
 * compiled for Java 5, and without its classes in the cache every start of the command takes half
 * as long again. What it does not keep linked is replaced: see {@link PlainLinks}.
 */
public final class ModernizeJars {
  private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
  private static final int NEW_VERSION = ClassFile.JAVA_8_VERSION;

  /** All jars: a class may need one of another jar. */
  private final List<FileSystem> jars;

  private final ClassFile classFiles;

  private ModernizeJars(List<FileSystem> jars) {
    this.jars = jars;
    this.classFiles =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(this::open)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /**
   * Rewrites jars in place, which together are a class path.
   *
   * @param jars their paths
   * @throws IOException if one can't be read or written
   */
  public static void main(String[] jars) throws IOException {
    int rewritten = modernize(Stream.of(jars).map(Path::of).toList());
    System.out.println(rewritten + " classes rewritten");
  }

  /**
   * Rewrites classes of jars, which together are a class path, and returns their number. An old one
   * that needs one which none of them has stays as it is.
   */
  static int modernize(List<Path> paths) throws IOException {
    List<FileSystem> jars = new ArrayList<>();
    try {
      for (Path path : paths) {
        jars.add(FileSystems.newFileSystem(path));
      }
      int rewritten = 0;
      var modernizing = new ModernizeJars(jars);
      for (FileSystem jar : jars) {
        rewritten += modernizing.rewriteAll(jar);
      }
      return rewritten;
    } finally {
      // Only now are they written.
      for (FileSystem jar : jars) {
        jar.close();
      }
    }
  }

  private int rewriteAll(FileSystem jar) throws IOException {
    int rewritten = 0;
    for (Path file : classFilesOf(jar.getPath("/"))) {
      ClassModel model = classFiles.parse(Files.readAllBytes(file));
      try {
        byte[] anew = anew(model);
        if (anew != null) {
          Files.write(file, anew);
          rewritten++;
        }
      } catch (IllegalArgumentException e) {
        System.out.println(file + " stays as it is: " + e.getMessage());
      }
    }
    return rewritten;
  }

  private static List<Path> classFilesOf(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.endsWith("module-info.class"))
          .toList();
    }
  }

  /** The class as it should be; null if it is. */
  private byte @Nullable [] anew(ClassModel model) {
    if (model.majorVersion() < FIRST_WITH_STACK_MAPS) {
      return rewrite(model);
    }
    return PlainLinks.changes(model) ? PlainLinks.apply(classFiles, model) : null;
  }

  /** The class with the new version; its methods are written anew, with stack maps. */
  private byte[] rewrite(ClassModel model) {
    ClassTransform methods = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(NEW_VERSION, 0);
          } else {
            builder.with(element);
          }
        };
    return classFiles.transformClass(model, methods.andThen(version));
  }

  private @Nullable InputStream open(ClassDesc type) {
    String descriptor = type.descriptorString();
    String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
    try {
      for (FileSystem jar : jars) {
        Path file = jar.getPath(name);
        if (Files.exists(file)) {
          return Files.newInputStream(file);
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
