using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Clients;
using Sluice.Grains.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// Secrets of keys that wait for somebody to fetch them: made by the operating system's generator, and sealed before
/// anybody else has them. They are opened where they are answered, so none is in the clear between silos.
/// </summary>
internal sealed class KeySecrets(ISecretBox box) : IKeySecrets
{
    public async ValueTask<SealedKeySecret> MakeAsync(string place, CancellationToken cancellationToken)
    {
        var key = NewKey.Make();
        var plain = Encoding.ASCII.GetBytes(key.Secret);
        try
        {
            var sealedSecret = await box.SealAsync(place, plain, cancellationToken);
            return new SealedKeySecret(key.Digest, sealedSecret.Text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>What was sealed at a place.</summary>
    /// <exception cref="SecretNotOpenException">It is of another place, or its key is not there.</exception>
    public async ValueTask<NewKey> OpenAsync(string place, string sealedText, CancellationToken cancellationToken)
    {
        var plain = await box.OpenAsync(place, new SealedSecret { Text = sealedText }, cancellationToken);
        try
        {
            return new NewKey(Encoding.ASCII.GetString(plain));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
