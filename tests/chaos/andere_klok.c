/* Another time of day for one process: preloaded, it adds KLOK_VERZET seconds to the real clock. Elapsed time (the
 * monotonic clock) stays as it is, as on a machine whose date was set wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long verzet(void) {
    const char *seconden = getenv("KLOK_VERZET");
    return seconden ? atol(seconden) : 0;
}

int clock_gettime(clockid_t klok, struct timespec *tijd) {
    static int (*echt)(clockid_t, struct timespec *);
    if (!echt) echt = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int uitkomst = echt(klok, tijd);
    if (uitkomst == 0 && (klok == CLOCK_REALTIME || klok == CLOCK_REALTIME_COARSE)) tijd->tv_sec += verzet();
    return uitkomst;
}

int gettimeofday(struct timeval *restrict tijd, void *restrict zone) {
    struct timespec nu;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &nu)) return -1;
    tijd->tv_sec = nu.tv_sec;
    tijd->tv_usec = nu.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *uit) {
    struct timespec nu;
    clock_gettime(CLOCK_REALTIME, &nu);
    if (uit) *uit = nu.tv_sec;
    return nu.tv_sec;
}
