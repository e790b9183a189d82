/* Stands between a process and its C library (LD_PRELOAD, Linux) and lets the nth call that changes
   something below a folder end in death or in an error. Calls are counted from faults_arm() on. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, COUNT, DIE, DIE_AFTER, FULL, BROKEN };
#define FREE -1L /* takes no room */

static char root[4096];
static int mode = OFF, note = -1;
static long seen, nth, room_left;

void faults_arm(const char *folder, int what, long number, int notes)
{
    snprintf(root, sizeof root, "%s/", folder);
    seen = 0, nth = number, room_left = 0, note = notes, mode = what;
}

static int below(const char *path)
{
    return mode != OFF && path && strncmp(path, root, strlen(root)) == 0;
}

static const char *name_of(int folder, const char *path, char *room)
{
    char link[64];
    if (path && path[0] == '/')
        return path;
    if (folder == AT_FDCWD) {
        if (!getcwd(room, 2048))
            return NULL;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t size = readlink(link, room, 2047);
        if (size < 0)
            return NULL;
        room[size] = 0;
    }
    if (path) {
        strncat(room, "/", 2);
        strncat(room, path, 2000);
    }
    return room;
}

static void write_note(const char *call, const char *path)
{
    char line[4300];
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "write");
    if (note < 0)
        return;
    int size = snprintf(line, sizeof line, "%s %s\n", call, path + strlen(root));
    if (real(note, line, size) < 0)
        note = -1;
}

/* 0: go on; 1: go on and die afterwards; else the error's number. `size`: bytes it takes on the disk,
   negative if it only gives up some. What is removed from a full disk makes room again. */
static int fault(const char *call, const char *path, long size, int fails)
{
    if (!below(path))
        return 0;
    long number = seen++;
    if (mode == COUNT)
        write_note(call, path);
    if (mode == FULL && number >= nth) {
        if (number == nth)
            write_note(call, path);
        if (size >= 0 && (number == nth || size > room_left))
            return ENOSPC;
        room_left -= size == FREE ? 0 : size;
        return 0;
    }
    if (number != nth || mode == COUNT || mode == FULL)
        return 0;
    write_note(call, path);
    if (mode == DIE)
        kill(getpid(), SIGKILL);
    if (mode == DIE_AFTER)
        return 1;
    return mode == BROKEN && fails ? EIO : 0;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
#define TRY(call, path, size, fails)                                                               \
    int found = fault(call, path, size, fails);                                                    \
    if (found > 1) { errno = found; return -1; }
#define END if (found == 1) kill(getpid(), SIGKILL)

static int changes(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        char room[4200]; va_list more; va_start(more, flags); mode_t bits = va_arg(more, mode_t);  \
        va_end(more); REAL(int, #name, const char *, int, ...); int found = 0;                     \
        if (mode != OFF && changes(flags)) {                                                       \
            found = fault("open", name_of(AT_FDCWD, path, room), flags & O_CREAT ? 0 : FREE, 1);       \
            if (found > 1) { errno = found; return -1; }                                           \
        }                                                                                          \
        int result = real(path, flags, bits); END; return result;                                  \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        char room[4200]; va_list more; va_start(more, flags); mode_t bits = va_arg(more, mode_t);  \
        va_end(more); REAL(int, #name, int, const char *, int, ...); int found = 0;                \
        if (mode != OFF && changes(flags)) {                                                       \
            found = fault("open", name_of(folder, path, room), flags & O_CREAT ? 0 : FREE, 1);         \
            if (found > 1) { errno = found; return -1; }                                           \
        }                                                                                          \
        int result = real(folder, path, flags, bits); END; return result;                          \
    }
OPENAT(openat)
OPENAT(openat64)

/* A process that dies in a write has written the half of it. */
ssize_t write(int file, const void *data, size_t size)
{
    char room[4200];
    REAL(ssize_t, "write", int, const void *, size_t);
    if (mode == OFF || file == note)
        return real(file, data, size);
    TRY("write", name_of(file, NULL, room), (long)size, 1);
    ssize_t result = real(file, data, found == 1 ? size / 2 : size);
    END;
    return result;
}

#define WRITE(bytes, ...)                                                                          \
        char room[4200];                                                                           \
        TRY("write", mode == OFF ? NULL : name_of(file, NULL, room), (long)(bytes), 1);                       \
        ssize_t result = __VA_ARGS__; END; return result;

ssize_t writev(int file, const struct iovec *parts, int count)
{ REAL(ssize_t, "writev", int, const struct iovec *, int); WRITE(0, real(file, parts, count)) }
ssize_t pwrite(int file, const void *data, size_t size, off_t place)
{ REAL(ssize_t, "pwrite", int, const void *, size_t, off_t); WRITE(size, real(file, data, size, place)) }
ssize_t pwrite64(int file, const void *data, size_t size, off64_t place)
{ REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t); WRITE(size, real(file, data, size, place)) }
ssize_t sendfile(int file, int from, off_t *place, size_t size)
{ REAL(ssize_t, "sendfile", int, int, off_t *, size_t); WRITE(size, real(file, from, place, size)) }
ssize_t sendfile64(int file, int from, off64_t *place, size_t size)
{ REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t); WRITE(size, real(file, from, place, size)) }
int ftruncate(int file, off_t size)
{ REAL(int, "ftruncate", int, off_t); WRITE(size, real(file, size)) }
int ftruncate64(int file, off64_t size)
{ REAL(int, "ftruncate64", int, off64_t); WRITE(size, real(file, size)) }

#define ROOM(name, offset)                                                                         \
    int name(int file, offset place, offset size)                                                  \
    {                                                                                              \
        char room[4200]; REAL(int, #name, int, offset, offset);                                    \
        int found = mode == OFF ? 0 : fault("fallocate", name_of(file, NULL, room), (long)size, 1);         \
        if (found > 1) return found;                                                               \
        int result = real(file, place, size); END; return result;                                  \
    }
ROOM(posix_fallocate, off_t)
ROOM(posix_fallocate64, off64_t)

#define SYNC(name)                                                                                 \
    int name(int file)                                                                             \
    {                                                                                              \
        char room[4200]; REAL(int, #name, int);                                                    \
        TRY("fsync", mode == OFF ? NULL : name_of(file, NULL, room), FREE, 1);                     \
        int result = real(file); END; return result;                                               \
    }
SYNC(fsync)
SYNC(fdatasync)

#define AT(...) mode == OFF ? NULL : name_of(__VA_ARGS__, room)

int rename(const char *from, const char *to)
{ char room[4200]; REAL(int, "rename", const char *, const char *); TRY("rename", AT(AT_FDCWD, to), FREE, 1);
  int result = real(from, to); END; return result; }
int renameat(int a, const char *from, int b, const char *to)
{ char room[4200]; REAL(int, "renameat", int, const char *, int, const char *); TRY("rename", AT(b, to), FREE, 1);
  int result = real(a, from, b, to); END; return result; }
int mkdir(const char *path, mode_t bits)
{ char room[4200]; REAL(int, "mkdir", const char *, mode_t); TRY("mkdir", AT(AT_FDCWD, path), 0, 1);
  int result = real(path, bits); END; return result; }
int mkdirat(int folder, const char *path, mode_t bits)
{ char room[4200]; REAL(int, "mkdirat", int, const char *, mode_t); TRY("mkdir", AT(folder, path), 0, 1);
  int result = real(folder, path, bits); END; return result; }
/* Only death meets these: what cannot be removed may stay. */
static long given_up(const char *path)
{
    struct stat state;
    if (mode != FULL || !path || stat(path, &state) || !state.st_size)
        return FREE;
    return -(((long)state.st_size + 4095) / 4096 * 4096); /* in blocks */
}
int unlink(const char *path)
{ char room[4200]; REAL(int, "unlink", const char *); TRY("unlink", AT(AT_FDCWD, path), given_up(path), 0);
  int result = real(path); END; return result; }
int unlinkat(int folder, const char *path, int flags)
{ char room[4200]; REAL(int, "unlinkat", int, const char *, int); TRY("unlink", AT(folder, path), FREE, 0);
  int result = real(folder, path, flags); END; return result; }
int rmdir(const char *path)
{ char room[4200]; REAL(int, "rmdir", const char *); TRY("unlink", AT(AT_FDCWD, path), given_up(path), 0);
  int result = real(path); END; return result; }
