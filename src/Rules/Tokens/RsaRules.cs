using System.Numerics;

namespace Sluice.Rules.Tokens;

/// <summary>Which RSA keys are good enough to be believed.</summary>
internal static class RsaRules
{
    private const int ExponentMin = 65537;

    // The primes that tell keys of the generator of CVE-2017-15361 from others: modulo each of them such a modulus is a
    // power of 65537, which a modulus by chance is for all of them with a probability of 2^-27.
    private static readonly int[] Primes =
        [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

    /// <summary>
    /// 2048 to 4096 bits, an odd exponent from 65537 to 32 bits, neither written longer than it must be.
    /// </summary>
    public static bool IsAcceptable(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        if (modulus.IsEmpty || exponent.IsEmpty || modulus[0] == 0 || exponent[0] == 0 || exponent.Length > 4)
        {
            return false;
        }

        var n = new BigInteger(modulus, isUnsigned: true, isBigEndian: true);
        var e = new BigInteger(exponent, isUnsigned: true, isBigEndian: true);
        return n.GetBitLength() is >= PublicKey.ModulusBitsMin and <= PublicKey.ModulusBitsMax
            && !n.IsEven
            && e >= ExponentMin
            && !e.IsEven
            && !IsOfWeakGenerator(n);
    }

    private static bool IsOfWeakGenerator(BigInteger modulus)
    {
        foreach (var prime in Primes)
        {
            if (!IsPower((int)(modulus % prime), prime))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPower(int rest, int prime)
    {
        var power = 1;
        do
        {
            if (power == rest)
            {
                return true;
            }

            power = power * (ExponentMin % prime) % prime;
        }
        while (power != 1);

        return false;
    }
}
