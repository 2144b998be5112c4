using System.Security.Cryptography;
using Sluice.Grains.Secrets;
using Sluice.Rules.Secrets;

namespace Sluice.Unit.Grains;

/// <summary>Seals as the silo does, under one key that is gone with the test.</summary>
internal sealed class MemorySecretBox : ISecretBox
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(SealedText.KeyBytes);

    public ValueTask<SealedSecret> SealAsync(
        string place, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken) => ValueTask.FromResult(
        new SealedSecret
        {
            Text = SealedText.Seal(
                "test", _key, RandomNumberGenerator.GetBytes(SealedText.NonceBytes), place, plain.Span),
        });

    public ValueTask<byte[]> OpenAsync(
        string place, SealedSecret sealedSecret, CancellationToken cancellationToken) => ValueTask.FromResult(
        SealedText.Open(sealedSecret.Text, _key, place) ?? throw new SecretNotOpenException(place));
}
