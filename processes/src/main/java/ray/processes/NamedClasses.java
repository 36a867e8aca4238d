package ray.processes;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which classes a class names: those it uses, and those in types of its fields and methods. */
final class NamedClasses {
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([^;<>()]+)[;<]");

  private NamedClasses() {}

  /** The internal names of the classes that a class file names; none if it can't be read. */
  static List<String> in(byte[] classFile) {
    List<String> names = new ArrayList<>();
    try {
      ClassModel parsed = ClassFile.of().parse(classFile);
      for (PoolEntry entry : parsed.constantPool()) {
        if (entry instanceof ClassEntry named) {
          addNamed(named.asInternalName(), names);
        } else if (entry instanceof Utf8Entry text && text.stringValue().indexOf(';') > 0) {
          addNamed(text.stringValue(), names);
        }
      }
    } catch (IllegalArgumentException damaged) {
      // Nobody could use it.
    }
    return names;
  }

  private static void addNamed(String text, List<String> names) {
    if (text.indexOf(';') < 0) {
      names.add(text);
      return;
    }
    Matcher matcher = IN_DESCRIPTOR.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
  }
}
