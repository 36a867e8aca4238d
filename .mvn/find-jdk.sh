# Finds a JDK 25 or newer, for ./mvnw and ./ray, which source this file and call find_jdk. It sets JAVA_HOME, or says on
# standard error how to get one and returns 1. No JVM is started: a JDK's version stands in its file `release`.

ray_minimum_jdk=25

# The feature version (25 of 25.0.3) of the JDK in folder $1; fails if there is none, or only a JRE.
ray_jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r ray_key ray_value; do
    if [ "$ray_key" = JAVA_VERSION ]; then
      ray_value=${ray_value#\"}
      ray_value=${ray_value%%[!0-9]*}
      [ -n "$ray_value" ] || return 1
      echo "$ray_value"
      return 0
    fi
  done <"$1/release"
  return 1
}

# Takes the JDK in folder $1 for JAVA_HOME if it is new enough and nearer to the minimum than the one found so far.
ray_consider_jdk() {
  ray_version=$(ray_jdk_version "$1") || return 0
  [ "$ray_version" -ge "$ray_minimum_jdk" ] || return 0
  if [ -z "$ray_found_jdk" ] || [ "$ray_version" -lt "$ray_found_version" ]; then
    ray_found_jdk=$1
    ray_found_version=$ray_version
  fi
}

# What the user names comes first, in this order: JAVA_HOME, variables made for one version, `java` on the path.
ray_named_jdk() {
  for ray_home in "${JAVA_HOME-}" "${JDK25_HOME-}" "${JDK_25_HOME-}" "${JAVA25_HOME-}" "${JAVA_25_HOME-}" \
    "${JAVA_HOME_25-}" "${JAVA_HOME_25_X64-}" "${JAVA_HOME_25_ARM64-}"; do
    if [ -n "$ray_home" ]; then
      ray_consider_jdk "$ray_home"
      [ -z "$ray_found_jdk" ] || return 0
    fi
  done
  ray_java=$(command -v java 2>/dev/null) || return 0
  ray_java=$(readlink -f "$ray_java" 2>/dev/null || echo "$ray_java")
  ray_consider_jdk "${ray_java%/bin/java}"
}

# Where installers put JDKs on Linux and macOS.
ray_installed_jdk() {
  for ray_home in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/jdk* /opt/java/* /opt/jdk* \
    /opt/*/jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME-}/.sdkman}"/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.gradle/jdks/* \
    "${HOME-}"/.jbang/cache/jdks/* "${HOME-}"/.asdf/installs/java/* "${HOME-}"/.local/share/mise/installs/java/* \
    "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ ! -d "$ray_home/bin" ] || ray_consider_jdk "$ray_home"
  done
}

find_jdk() {
  ray_found_jdk='' ray_found_version=''
  ray_named_jdk
  [ -n "$ray_found_jdk" ] || ray_installed_jdk
  if [ -z "$ray_found_jdk" ]; then
    cat >&2 <<END
Ray needs a JDK $ray_minimum_jdk or newer, and found none: not by JAVA_HOME, not on the path, not where JDKs are usually installed.
Install one, for instance Eclipse Temurin $ray_minimum_jdk:
  Debian, Ubuntu   apt-get install temurin-$ray_minimum_jdk-jdk   (https://adoptium.net/installation/linux), or openjdk-$ray_minimum_jdk-jdk
  Fedora, RHEL     dnf install java-$ray_minimum_jdk-openjdk-devel
  macOS            brew install --cask temurin@$ray_minimum_jdk
  SDKMAN           sdk install java $ray_minimum_jdk-tem
If it is installed elsewhere, say where: export JAVA_HOME=/path/to/jdk-$ray_minimum_jdk
END
    return 1
  fi
  JAVA_HOME=$ray_found_jdk
  export JAVA_HOME
}
