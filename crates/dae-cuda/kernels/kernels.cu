// The kernels of the trainers. Everything but matrix products, which cuBLAS makes.
//
// Compiled by NVRTC for the card at hand, without contraction (--fmad=false), so that + * / and square root are rounded
// one by one as on the processor; and by a C++ compiler for the processor, in the tests. Matrices lie row after row. A
// thread has one column and takes rows in turns, unless a kernel says otherwise.

typedef unsigned int u32;
typedef unsigned long long u64;

// The first column of a thread, its first row, and the step to its next one.
#define COLUMN ((u64)blockIdx.x * blockDim.x + threadIdx.x)
#define ROW ((u64)blockIdx.y)
#define ROWS ((u64)gridDim.y)

extern "C" __global__ void copy_rows(const float *from, u64 from_stride, float *to, u64 to_stride, u64 rows,
                                     u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) to[i * to_stride + j] = from[i * from_stride + j];
}

extern "C" __global__ void add_rows(const float *from, u64 from_stride, float *to, u64 to_stride, u64 rows,
                                    u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) to[i * to_stride + j] += from[i * from_stride + j];
}

// P becomes relu(P) (kind 0) or tanh(P). Written so that NaN stays NaN.
extern "C" __global__ void activate(u32 kind, float *P, u64 stride, u64 rows, u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) {
        float a = P[i * stride + j];
        P[i * stride + j] = kind == 0 ? (a < 0.0f ? 0.0f : a) : tanhf(a);
    }
}

// dH is multiplied by the slope at the activations P.
extern "C" __global__ void pull_back(u32 kind, const float *P, u64 P_stride, float *dH, u64 dH_stride, u64 rows,
                                     u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) {
        float p = P[i * P_stride + j];
        float d = dH[i * dH_stride + j];
        dH[i * dH_stride + j] = kind == 0 ? (p <= 0.0f ? 0.0f : d) : d * (1.0f - p * p);
    }
}

// Both updates of the linear trainer, from the old pair; `variances` has lambda, lambda + s2 and its root in each row.
extern "C" __global__ void step_linear(float *A, float *Bt, float *noisy, const float *AG, const float *BtM,
                                       const float *variances, float alpha, float keep, u64 rows, u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) {
        u64 at = i * columns + j;
        float up = alpha * variances[3 * i];
        float down = alpha * variances[3 * i + 1];
        float a = A[at];
        float b = Bt[at];
        float next = keep * a - down * AG[at] + up * b;
        Bt[at] = keep * b + up * a - alpha * BtM[at];
        A[at] = next;
        noisy[at] = variances[3 * i + 2] * next;
    }
}

// Both updates of the nonlinear trainer: W is [W1, W2^T], sums are [X^T P, (X + Z)^T dH]; `columns` are hidden units.
extern "C" __global__ void step_nonlinear(float *W, const float *sums, const float *W2tC, float rate, float keep,
                                          u64 rows, u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) {
        u64 encoder = 2 * i * columns + j;
        u64 decoder = encoder + columns;
        float difference = W2tC[i * columns + j] - sums[encoder];
        W[encoder] = keep * W[encoder] - rate * sums[decoder];
        W[decoder] = keep * W[decoder] - rate * difference;
    }
}

// The sum of products of each row, in double precision. A thread has one row.
extern "C" __global__ void dot_rows(const float *A, u64 A_stride, const float *B, u64 B_stride, u64 rows, u64 columns,
                                    double *to) {
    u64 i = COLUMN;
    if (i >= rows) return;
    double sum = 0.0;
    for (u64 j = 0; j < columns; j++) sum += (double)A[i * A_stride + j] * (double)B[i * B_stride + j];
    to[i] = sum;
}

// A in double precision, each row times its factor.
extern "C" __global__ void widen(const float *A, u64 A_stride, const double *factors, double *to, u64 rows,
                                 u64 columns) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 i = ROW; i < rows; i += ROWS) to[i * columns + j] = factors[i] * (double)A[i * A_stride + j];
}

// U^T A in double precision, modes x columns; U is rows x modes. A row of blocks has one mode.
extern "C" __global__ void project(const double *U, u64 modes, const float *A, u64 A_stride, u64 rows, u64 columns,
                                   double *to) {
    u64 j = COLUMN;
    if (j >= columns) return;
    for (u64 mode = ROW; mode < modes; mode += ROWS) {
        double sum = 0.0;
        for (u64 i = 0; i < rows; i++) sum += U[i * modes + mode] * (double)A[i * A_stride + j];
        to[mode * columns + j] = sum;
    }
}

// Noise. What follows is the processor's generator (ChaCha with 8 rounds) and its transform of Box and Muller, step by
// step; crates/dae/src/train/nonlinear/normal.rs explains it.

#define STRIP 128
#define BATCH 128
#define HALF 64

static __device__ __forceinline__ u32 rotate(u32 x, int by) { return (x << by) | (x >> (32 - by)); }

static __device__ __forceinline__ void quarter_round(u32 &a, u32 &b, u32 &c, u32 &d) {
    a += b;
    d = rotate(d ^ a, 16);
    c += d;
    b = rotate(b ^ c, 12);
    a += b;
    d = rotate(d ^ a, 8);
    c += d;
    b = rotate(b ^ c, 7);
}

// Sixteen words of the stream: its block of this number.
static __device__ __forceinline__ void chacha8(const u32 key[8], u64 stream, u64 block, u32 words[16]) {
    u32 start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0], key[1], key[2], key[3],
                     key[4],     key[5],     key[6],     key[7],     (u32)block, (u32)(block >> 32),
                     (u32)stream, (u32)(stream >> 32)};
#pragma unroll
    for (int i = 0; i < 16; i++) words[i] = start[i];
#pragma unroll
    for (int round = 0; round < 8; round += 2) {
        quarter_round(words[0], words[4], words[8], words[12]);
        quarter_round(words[1], words[5], words[9], words[13]);
        quarter_round(words[2], words[6], words[10], words[14]);
        quarter_round(words[3], words[7], words[11], words[15]);
        quarter_round(words[0], words[5], words[10], words[15]);
        quarter_round(words[1], words[6], words[11], words[12]);
        quarter_round(words[2], words[7], words[8], words[13]);
        quarter_round(words[3], words[4], words[9], words[14]);
    }
#pragma unroll
    for (int i = 0; i < 16; i++) words[i] += start[i];
}

static __device__ __forceinline__ float uniform(u32 bits) {
    return ((float)(int)(bits >> 1) + 0.5f) * (1.0f / 2147483648.0f);
}

static __device__ __forceinline__ float logarithm(float x) {
    u32 bits = __float_as_uint(x);
    int exponent = (int)(bits - 0x3f3504f3u) >> 23;
    float m = __uint_as_float(bits - ((u32)exponent << 23));
    float s = (m - 1.0f) / (m + 1.0f);
    float z = s * s;
    float artanh =
        s + s * z * (1.0f / 3.0f + z * (1.0f / 5.0f + z * (1.0f / 7.0f + z * (1.0f / 9.0f))));
    return (float)exponent * 0.693147180559945309417f + 2.0f * artanh;
}

static __device__ __forceinline__ void sine_cosine(u32 bits, float &sine, float &cosine) {
    int within = (int)(bits & 0x3fffffffu) - (1 << 29);
    float t = (float)within * (3.14159265358979323846f * (1.0f / 2147483648.0f));
    float z = t * t;
    float s = t + t * z *
                      (-1.0f / 6.0f +
                       z * (1.0f / 120.0f + z * (-1.0f / 5040.0f + z * (1.0f / 362880.0f))));
    float c =
        1.0f + z * (-0.5f + z * (1.0f / 24.0f + z * (-1.0f / 720.0f + z * (1.0f / 40320.0f))));
    bool exchanged = (bits & (1u << 30)) != 0;
    u32 sign = bits & (1u << 31);
    sine = __uint_as_float(__float_as_uint(exchanged ? c : s) ^ sign);
    cosine = __uint_as_float(__float_as_uint(exchanged ? s : c) ^ sign);
}

// `to` becomes X + Z, or Z where X is none. Both lie without gaps; the first row belongs to strip `first` of Z.
//
// The numbers of a strip are made in batches of 128: 64 words give as many radii, the next 64 the angles; the sines come
// first, then the cosines. A row of blocks has one strip; four threads share a batch, each with 16 radii and angles. With
// 64 registers a thread, which the bounds ask for, nothing is spilled and four blocks run on a multiprocessor.
extern "C" __global__ void __launch_bounds__(256, 4) add_noise(const float *X, float *to, u64 rows, u64 columns, u32 k0, u32 k1, u32 k2, u32 k3,
                                     u32 k4, u32 k5, u32 k6, u32 k7, u64 first, float sigma) {
    u32 key[8] = {k0, k1, k2, k3, k4, k5, k6, k7};
    u64 batch = COLUMN / 4;
    u64 quarter = COLUMN % 4;
    u64 strips = (rows + STRIP - 1) / STRIP;
    for (u64 strip = ROW; strip < strips; strip += ROWS) {
        u64 left = rows - strip * STRIP;
        u64 numbers = (left < STRIP ? left : STRIP) * columns;
        u64 begin = batch * BATCH;
        if (begin >= numbers) continue;
        u32 radii[16], angles[16];
        chacha8(key, first + strip, 8 * batch + quarter, radii);
        chacha8(key, first + strip, 8 * batch + 4 + quarter, angles);
        u64 at = begin + 16 * quarter;
        const float *x = X ? X + strip * STRIP * columns : to;
        float *z = to + strip * STRIP * columns;
        bool whole = begin + BATCH <= numbers && (((u64)x | (u64)z) & 15) == 0;
        // Four pairs at a time, so that few numbers are held at once.
#pragma unroll
        for (int i = 0; i < 16; i += 4, at += 4) {
            float sines[4], cosines[4];
#pragma unroll
            for (int k = 0; k < 4; k++) {
                float radius = sigma * sqrtf(-2.0f * logarithm(uniform(radii[i + k])));
                sine_cosine(angles[i + k], sines[k], cosines[k]);
                sines[k] *= radius;
                cosines[k] *= radius;
            }
            if (whole) {
                float4 s = make_float4(0.0f, 0.0f, 0.0f, 0.0f), c = s;
                if (X) {
                    s = *(const float4 *)(x + at);
                    c = *(const float4 *)(x + at + HALF);
                }
                *(float4 *)(z + at) = make_float4(s.x + sines[0], s.y + sines[1], s.z + sines[2], s.w + sines[3]);
                *(float4 *)(z + at + HALF) =
                    make_float4(c.x + cosines[0], c.y + cosines[1], c.z + cosines[2], c.w + cosines[3]);
            } else {
                for (int k = 0; k < 4; k++) {
                    u64 sine = at + k, cosine = at + HALF + k;
                    if (sine < numbers) z[sine] = (X ? x[sine] : 0.0f) + sines[k];
                    if (cosine < numbers) z[cosine] = (X ? x[cosine] : 0.0f) + cosines[k];
                }
            }
        }
    }
}
