using System.Numerics;

namespace Sluice.Rules.Tokens;

/// <summary>
/// The curve P-256 (FIPS 186-4, D.1.2.3): whether a point is on it. Nothing here is secret, so nothing here has to take
/// the same time always.
/// </summary>
internal static class NistP256
{
    private static readonly BigInteger Prime =
        Of("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");

    private static readonly BigInteger B =
        Of("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    /// <summary>
    /// A point beside the curve may be on a weak one. Whatever the platform does about it, we do not depend on it.
    /// </summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> xBytes, ReadOnlySpan<byte> yBytes)
    {
        var x = new BigInteger(xBytes, isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(yBytes, isUnsigned: true, isBigEndian: true);
        return x < Prime
            && y < Prime
            && (y * y - (x * x * x - 3 * x + B)) % Prime == 0;
    }

    private static BigInteger Of(string hexadecimal) =>
        new(Convert.FromHexString(hexadecimal), isUnsigned: true, isBigEndian: true);
}
