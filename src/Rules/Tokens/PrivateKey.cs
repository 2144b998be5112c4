using System.Security.Cryptography;

namespace Sluice.Rules.Tokens;

/// <summary>A key that tokens are signed with. It is never written anywhere but sealed.</summary>
public sealed class PrivateKey
{
    private readonly byte[] _pkcs8;

    private PrivateKey(byte[] pkcs8, PublicKey ofIt) => (_pkcs8, Public) = (pkcs8, ofIt);

    /// <summary>The half that everybody may know.</summary>
    public PublicKey Public { get; }

    public SignatureAlgorithm Algorithm => Public.Algorithm;

    /// <summary>Reads a key in the form of PKCS #8.</summary>
    /// <param name="pkcs8">It is kept, and not copied.</param>
    /// <param name="algorithm">The one that it is for.</param>
    /// <exception cref="CryptographicException">It is not a key for that algorithm.</exception>
    public static PrivateKey Read(byte[] pkcs8, SignatureAlgorithm algorithm)
    {
        PublicKey? key;
        if (algorithm is SignatureAlgorithm.Es256)
        {
            using var ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(pkcs8, out _);
            var point = ec.ExportParameters(includePrivateParameters: false).Q;
            key = PublicKey.OfCurve(point.X!, point.Y!);
        }
        else
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            key = PublicKey.OfRsa(parameters.Modulus!, parameters.Exponent!);
        }

        return new PrivateKey(pkcs8, key ?? throw new CryptographicException("The key is not one for its algorithm."));
    }

    /// <summary>The key itself, in the form of PKCS #8: to be sealed, and nothing else.</summary>
    public byte[] ExportPkcs8() => _pkcs8;

    /// <summary>Signs. May be called from any thread: each call opens the key for itself.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        if (Algorithm is SignatureAlgorithm.Es256)
        {
            using var ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(_pkcs8, out _);
            return ec.SignData(
                content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(_pkcs8, out _);
        return rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Never the key: one that is logged by mistake shows only its name.</summary>
    public override string ToString() => $"PrivateKey {Public.KeyId}";
}
