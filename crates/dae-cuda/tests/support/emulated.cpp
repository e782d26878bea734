// A card for the tests: the kernels of kernels.cu, run on the processor one thread after the other, and a product, behind
// commands on standard input. Buffers are vectors of exactly their size, so that an address sanitizer sees every access
// outside. Arguments are compared with the types of the kernel's parameters, which a card would not do.
#include "cuda.h"

#include "../../kernels/kernels.cu"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>
#include <vector>

static std::vector<std::vector<float>> buffers;
static std::vector<std::vector<double>> wide;

[[noreturn]] static void fail(const std::string &why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

template <class T> static T take() {
    T value;
    if (std::fread(&value, sizeof value, 1, stdin) != 1) std::exit(0);
    return value;
}

template <class T> static void take(T *to, u64 count) {
    if (count && std::fread(to, sizeof(T), count, stdin) != count) fail("too few numbers");
}

template <class T> static T *inside(std::vector<std::vector<T>> &all, u64 buffer, u64 offset, u64 count) {
    if (buffer >= all.size() || offset + count > all[buffer].size()) fail("outside of a buffer");
    return all[buffer].data() + offset;
}

// What an argument of each type looks like on standard input: a letter, then its value.
static void expect(char kind, const char *what) {
    char found = take<char>();
    if (found != kind) fail(std::string("argument ") + found + " instead of " + what);
}

template <class T> struct Argument;
template <> struct Argument<u32> {
    static u32 read() { return expect('i', "u32"), take<u32>(); }
};
template <> struct Argument<u64> {
    static u64 read() { return expect('l', "u64"), take<u64>(); }
};
template <> struct Argument<float> {
    static float read() { return expect('f', "float"), take<float>(); }
};
template <> struct Argument<double *> {
    static double *read() { return expect('w', "double *"), inside(wide, take<u64>(), 0, 0); }
};
template <> struct Argument<const double *> {
    static const double *read() { return Argument<double *>::read(); }
};
template <> struct Argument<float *> {
    static float *read() {
        expect('p', "float *");
        u64 buffer = take<u64>(), offset = take<u64>();
        return inside(buffers, buffer, offset, 0);
    }
};
template <> struct Argument<const float *> {
    static const float *read() {
        char found = take<char>();
        if (found == '0') return nullptr;
        std::ungetc(found, stdin);
        return Argument<float *>::read();
    }
};

template <class... T> static void run(void (*kernel)(T...), u32 count) {
    if (count != sizeof...(T)) fail("another number of arguments");
    // Braces: in their order.
    std::tuple<T...> arguments{Argument<T>::read()...};
    for (blockIdx.y = 0; blockIdx.y < gridDim.y; blockIdx.y++)
        for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) std::apply(kernel, arguments);
}

static void launch() {
    std::string name(take<u32>(), ' ');
    take(&name[0], name.size());
    blockDim = {take<u32>(), 1};
    gridDim.x = take<u32>();
    gridDim.y = take<u32>();
    u32 count = take<u32>();
    if (name == "copy_rows") run(copy_rows, count);
    else if (name == "add_rows") run(add_rows, count);
    else if (name == "activate") run(activate, count);
    else if (name == "pull_back") run(pull_back, count);
    else if (name == "step_linear") run(step_linear, count);
    else if (name == "step_nonlinear") run(step_nonlinear, count);
    else if (name == "dot_rows") run(dot_rows, count);
    else if (name == "widen") run(widen, count);
    else if (name == "project") run(project, count);
    else if (name == "add_noise") run(add_noise, count);
    else fail("no kernel " + name);
}

// By columns, as BLAS defines it.
static void multiply() {
    u32 transposed[2];
    u64 sizes[3], buffer[3], offset[3], stride[3];
    float factors[2];
    take(transposed, 2);
    take(sizes, 3);
    take(buffer, 3);
    take(offset, 3);
    take(stride, 3);
    take(factors, 2);
    u64 rows = sizes[0], columns = sizes[1], inner = sizes[2];
    u64 leading[3] = {transposed[0] ? inner : rows, transposed[1] ? columns : inner, rows};
    for (int i = 0; i < 3; i++)
        if (stride[i] < leading[i]) fail("a stride below the rows");
    auto at = [&](int which, u64 i, u64 j) {
        if (which < 2 && transposed[which]) std::swap(i, j);
        return inside(buffers, buffer[which], offset[which] + j * stride[which] + i, 1);
    };
    for (u64 i = 0; i < rows; i++)
        for (u64 j = 0; j < columns; j++) {
            double sum = 0.0;
            for (u64 k = 0; k < inner; k++) sum += (double)*at(0, i, k) * *at(1, k, j);
            float product = (float)(factors[0] * sum);
            float *to = at(2, i, j);
            *to = factors[1] == 0.0f ? product : product + factors[1] * *to;
        }
}

template <class T> static void write(std::vector<std::vector<T>> &all) {
    u64 buffer = take<u64>(), offset = take<u64>(), count = take<u64>();
    take(inside(all, buffer, offset, count), count);
}

template <class T> static void read(std::vector<std::vector<T>> &all) {
    u64 buffer = take<u64>(), offset = take<u64>(), count = take<u64>();
    std::fwrite(inside(all, buffer, offset, count), sizeof(T), count, stdout);
    std::fflush(stdout);
}

int main() {
    for (;;) switch (take<char>()) {
        case 'a': buffers.emplace_back(take<u64>(), 0.0f); break;
        case 'A': wide.emplace_back(take<u64>(), 0.0); break;
        case 'w': write(buffers); break;
        case 'W': write(wide); break;
        case 'r': read(buffers); break;
        case 'R': read(wide); break;
        case 'l': launch(); break;
        case 'm': multiply(); break;
        default: fail("no such command");
        }
}
