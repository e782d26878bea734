// A driver, a compiler and a cuBLAS without a card, for the tests: what the crate calls of them, on the processor, in one
// library that is found by all three names. It is as strict as the real ones are, or stricter: no null stream, no address
// that was not allocated, nothing but launches and products while a stream is captured, nothing that waits for the whole
// card while another thread captures, no product without work space, strict math and a context of the thread.
#include "cuda.h"

#include "../../kernels/kernels.cu"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

enum {
    SUCCESS = 0,
    INVALID = 1,
    MEMORY = 2,
    UNAVAILABLE = 46,
    CONTEXT = 201,
    NOT_FOUND = 500,
    CAPTURED = 900,
    BROKEN = 901
};

// Everything is done at once, by one thread at a time.
static std::recursive_mutex lock;
#define ALONE std::lock_guard<std::recursive_mutex> alone(lock)

typedef std::function<void()> Work;
struct Stream {
    bool captured = false, broken = false;
    std::vector<Work> recorded;
};
struct Graph {
    std::vector<Work> works;
};

static const size_t TOTAL = size_t(1) << 30;
static std::map<uintptr_t, std::vector<char>> allocated;
static size_t used = 0;
static int a_context;
static thread_local void *current = nullptr;

static bool inside(uintptr_t from, size_t bytes) {
    auto after = allocated.upper_bound(from);
    if (after == allocated.begin()) return false;
    auto &buffer = *--after;
    return from + bytes <= buffer.first + buffer.second.size();
}

static int usable(Stream *stream) {
    if (!current) return CONTEXT;
    return !stream ? INVALID : stream->captured ? CAPTURED : SUCCESS;
}

static int submit(Stream *stream, Work work) {
    if (!current) return CONTEXT;
    if (!stream) return INVALID;
    if (stream->broken) return BROKEN;
    if (stream->captured) stream->recorded.push_back(work);
    else work();
    return SUCCESS;
}

// What waits for the whole card, on whatever thread, is refused while streams are captured, and breaks the captures.
static std::set<Stream *> capturing;
static int whole_card() {
    if (!current) return CONTEXT;
    for (Stream *stream : capturing) stream->broken = true;
    return capturing.empty() ? SUCCESS : CAPTURED;
}

// The driver.

API int cuInit(unsigned) { return SUCCESS; }
API int cuDriverGetVersion(int *version) { return *version = 13000, SUCCESS; }
// Two cards, of which another process has the first for itself.
API int cuDeviceGetCount(int *count) { return *count = 2, SUCCESS; }
API int cuDeviceGet(int *device, int index) { return *device = index, index < 2 ? SUCCESS : 101; }
API int cuDeviceGetName(char *name, int size, int) { return std::snprintf(name, size, "a pretended card"), SUCCESS; }
API int cuDeviceGetAttribute(int *value, int attribute, int) {
    // Memory pools, and the compute capability 9.0.
    return *value = attribute == 115 ? 1 : attribute == 75 ? 9 : 0, SUCCESS;
}
API int cuDevicePrimaryCtxRetain(void **context, int device) {
    return *context = &a_context, device == 1 ? SUCCESS : UNAVAILABLE;
}
API int cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
API int cuCtxGetCurrent(void **context) { return *context = current, SUCCESS; }
API int cuCtxSetCurrent(void *context) { return current = context, SUCCESS; }
API int cuCtxSynchronize() {
    ALONE;
    return whole_card();
}
API int cuGetErrorString(int error, const char **text) {
    return *text = error == MEMORY ? "out of memory" : "pretended error", SUCCESS;
}
API int cuMemGetInfo_v2(size_t *free, size_t *total) {
    ALONE;
    if (!current) return CONTEXT;
    return *free = TOTAL - used, *total = TOTAL, SUCCESS;
}
API int cuStreamCreate(void **stream, unsigned) { return *stream = new Stream, current ? SUCCESS : CONTEXT; }
API int cuStreamDestroy_v2(Stream *stream) {
    ALONE;
    capturing.erase(stream);
    return delete stream, SUCCESS;
}
API int cuStreamSynchronize(Stream *stream) {
    ALONE;
    return usable(stream);
}
API int cuMemAllocAsync(uintptr_t *address, size_t bytes, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    if (bytes == 0) return INVALID;
    if (used + bytes > TOTAL) return MEMORY;
    // Not zeros: what is not written before it is read should show.
    std::vector<char> buffer(bytes, '\xff');
    *address = (uintptr_t)buffer.data();
    used += bytes;
    allocated.emplace(*address, std::move(buffer));
    return SUCCESS;
}
API int cuMemFreeAsync(uintptr_t address, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    auto buffer = allocated.find(address);
    if (buffer == allocated.end()) return INVALID;
    used -= buffer->second.size();
    allocated.erase(buffer);
    return SUCCESS;
}
API int cuMemsetD8Async(uintptr_t to, unsigned char value, size_t bytes, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    return inside(to, bytes) ? std::memset((void *)to, value, bytes), SUCCESS : INVALID;
}
API int cuMemcpyHtoDAsync_v2(uintptr_t to, const void *from, size_t bytes, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    return inside(to, bytes) ? std::memcpy((void *)to, from, bytes), SUCCESS : INVALID;
}
API int cuMemcpyDtoHAsync_v2(void *to, uintptr_t from, size_t bytes, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    return inside(from, bytes) ? std::memcpy(to, (void *)from, bytes), SUCCESS : INVALID;
}
API int cuStreamBeginCapture_v2(Stream *stream, int mode) {
    {
        ALONE;
        if (!stream || stream->captured || mode != 1) return INVALID;
        stream->captured = true;
        capturing.insert(stream);
    }
    // A capture takes a while, so that other threads come between.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return SUCCESS;
}
API int cuStreamEndCapture(Stream *stream, Graph **graph) {
    ALONE;
    if (!stream || !stream->captured) return INVALID;
    bool broken = stream->broken;
    *graph = broken ? nullptr : new Graph{std::move(stream->recorded)};
    stream->recorded.clear();
    stream->captured = stream->broken = false;
    capturing.erase(stream);
    return broken ? BROKEN : SUCCESS;
}
API int cuGraphInstantiateWithFlags(Graph **executable, Graph *graph, uint64_t flags) {
    return *executable = new Graph(*graph), flags == 0 ? SUCCESS : INVALID;
}
API int cuGraphLaunch(Graph *graph, Stream *stream) {
    ALONE;
    if (int error = usable(stream)) return error;
    for (auto &work : graph->works) work();
    return SUCCESS;
}
API int cuGraphExecDestroy(Graph *graph) { return delete graph, SUCCESS; }
API int cuGraphDestroy(Graph *graph) { return delete graph, SUCCESS; }

// Kernels: an entry knows the types of its parameters, and copies them when it is launched.

typedef std::function<Work(void **)> Entry;

template <class T> static void check(T) {}
static void check_address(const void *address) {
    if (!address || inside((uintptr_t)address, 1)) return;
    std::fprintf(stderr, "a kernel was given an address that was not allocated\n");
    std::abort();
}
static void check(const float *address) { check_address(address); }
static void check(const double *address) { check_address(address); }
static void check(float *address) { check_address(address); }
static void check(double *address) { check_address(address); }

template <class... T, size_t... I>
static Work bound(void (*kernel)(T...), void **parameters, std::index_sequence<I...>) {
    std::tuple<T...> arguments(*(T *)parameters[I]...);
    (check(std::get<I>(arguments)), ...);
    return [=] { std::apply(kernel, arguments); };
}
template <class... T> static Entry entry(void (*kernel)(T...)) {
    return [=](void **parameters) { return bound(kernel, parameters, std::index_sequence_for<T...>()); };
}

static std::map<std::string, Entry> &entries() {
    static std::map<std::string, Entry> all = {
        {"copy_rows", entry(copy_rows)},     {"add_rows", entry(add_rows)},
        {"activate", entry(activate)},       {"pull_back", entry(pull_back)},
        {"add_noise", entry(add_noise)},     {"step_linear", entry(step_linear)},
        {"step_nonlinear", entry(step_nonlinear)}, {"dot_rows", entry(dot_rows)},
        {"widen", entry(widen)},             {"project", entry(project)},
    };
    return all;
}

API int cuModuleLoadData(void **module, const void *image) {
    return *module = &a_context, std::string((const char *)image) == "compiled" ? SUCCESS : INVALID;
}
API int cuModuleUnload(void *) { return SUCCESS; }
API int cuModuleGetFunction(Entry **function, void *, const char *name) {
    auto found = entries().find(name);
    return found == entries().end() ? NOT_FOUND : (*function = &found->second, SUCCESS);
}
API int cuLaunchKernel(Entry *function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned ty, unsigned tz,
                       unsigned shared, Stream *stream, void **parameters, void **extra) {
    ALONE;
    if (!x || !y || y > 65535 || z != 1 || threads != 256 || ty != 1 || tz != 1 || shared || extra) return INVALID;
    Work thread = (*function)(parameters);
    return submit(stream, [=] {
        blockDim = {threads, 1};
        gridDim = {x, y};
        for (blockIdx.y = 0; blockIdx.y < y; blockIdx.y++)
            for (blockIdx.x = 0; blockIdx.x < x; blockIdx.x++)
                for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) thread();
    });
}

// The compiler.

static bool strict = false;

API int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, 0; }
API int nvrtcCreateProgram(void **program, const char *, const char *, int headers, const char **, const char **) {
    return *program = &a_context, headers;
}
API int nvrtcCompileProgram(void *, int count, const char *const *options) {
    std::map<std::string, int> given;
    for (int i = 0; i < count; i++) given[options[i]]++;
    for (auto wanted : {"--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true",
                        "--gpu-architecture=sm_90"})
        if (!given[wanted]) return 5;
    return strict = true, 0;
}
API int nvrtcGetProgramLogSize(void *, size_t *size) { return *size = 15, 0; }
API int nvrtcGetProgramLog(void *, char *log) { return std::strcpy(log, "pretended\nerror"), 0; }
API int nvrtcGetCUBINSize(void *, size_t *size) { return *size = sizeof "compiled", !strict; }
API int nvrtcGetCUBIN(void *, char *code) { return std::strcpy(code, "compiled"), 0; }
API int nvrtcDestroyProgram(void **) { return 0; }

// cuBLAS.

struct Handle {
    Stream *stream = nullptr;
    bool space = false, strict = false;
};

API int cublasCreate_v2(Handle **handle) {
    ALONE;
    if (!current) return 1;
    return whole_card() ? 14 : (*handle = new Handle, 0);
}
API int cublasDestroy_v2(Handle *handle) {
    ALONE;
    return delete handle, whole_card() ? 14 : 0;
}
API int cublasGetVersion_v2(Handle *handle, int *version) { return *version = 130002, handle ? 0 : 1; }
API int cublasSetStream_v2(Handle *handle, Stream *stream) {
    return handle->stream = stream, handle->space = false, 0;
}
API int cublasSetWorkspace_v2(Handle *handle, void *space, size_t bytes) {
    ALONE;
    return handle->space = bytes == size_t(32) << 20 && inside((uintptr_t)space, bytes), handle->space ? 0 : 7;
}
API int cublasSetMathMode(Handle *handle, int mode) { return handle->strict = mode == 2, 0; }
API int cublasSgemm_v2(Handle *handle, int transposed_a, int transposed_b, int m, int n, int k, const float *alpha,
                       const float *A, int lda, const float *B, int ldb, const float *beta, float *C, int ldc) {
    ALONE;
    if (!handle->space || !handle->strict) return 7;
    if (lda < (transposed_a ? k : m) || ldb < (transposed_b ? n : k) || ldc < m) return 7;
    auto span = [](int rows, int columns, int stride) { return 4 * ((size_t)(columns - 1) * stride + rows); };
    if (!inside((uintptr_t)A, span(transposed_a ? k : m, transposed_a ? m : k, lda))) return 7;
    if (!inside((uintptr_t)B, span(transposed_b ? n : k, transposed_b ? k : n, ldb))) return 7;
    if (!inside((uintptr_t)C, span(m, n, ldc))) return 7;
    float a = *alpha, b = *beta;
    int error = submit(handle->stream, [=] {
        for (long j = 0; j < n; j++)
            for (long i = 0; i < m; i++) {
                double sum = 0.0;
                for (long l = 0; l < k; l++)
                    sum += (double)(transposed_a ? A[i * lda + l] : A[l * lda + i]) *
                           (transposed_b ? B[l * ldb + j] : B[j * ldb + l]);
                float product = (float)(a * sum);
                C[j * ldc + i] = b == 0.0f ? product : product + b * C[j * ldc + i];
            }
    });
    return error ? 14 : 0;
}
