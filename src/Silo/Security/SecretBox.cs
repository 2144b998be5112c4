using System.Security.Cryptography;
using Sluice.Grains.Secrets;
using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security;

/// <summary>AES-256-GCM under data keys that are kept in the database, wrapped under the master key.</summary>
internal sealed class SecretBox(DataKeys keys) : ISecretBox
{
    public async ValueTask<SealedSecret> SealAsync(
        string place, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var (id, key) = await keys.ForSealingAsync(cancellationToken);
        var nonce = RandomNumberGenerator.GetBytes(SealedText.NonceBytes);
        return new SealedSecret { Text = SealedText.Seal(id, key, nonce, place, plain.Span) };
    }

    public async ValueTask<byte[]> OpenAsync(
        string place, SealedSecret sealedSecret, CancellationToken cancellationToken)
    {
        if (SealedText.KeyIdOf(sealedSecret.Text) is not { } id)
        {
            throw new SecretNotOpenException($"What is stored at '{place}' is no sealed secret.");
        }

        if (await keys.FindAsync(id, cancellationToken) is not { } key)
        {
            throw new SecretNotOpenException($"The data key '{id}' of the secret at '{place}' is not in the database.");
        }

        return SealedText.Open(sealedSecret.Text, key, place) ?? throw new SecretNotOpenException(
            $"The secret at '{place}' does not open under its data key '{id}': it was changed, or belongs elsewhere.");
    }
}
