using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>An image whose detail may stand behind it, in the same object.</summary>
internal struct PendingImage
{
    private bool _begun;
    private bool _low;
    private int _depth;
    private ImageSize? _size;

    public void Begin(ImageSize? size, int depth, InputFacts facts)
    {
        var low = !_begun && _low && _depth == depth; // Said before it.
        Flush(facts);
        (_begun, _size, _depth, _low) = (true, size, depth, low);
    }

    public void Detail(bool low, int depth)
    {
        if (!_begun || _depth == depth)
        {
            (_low, _depth) = (low, depth);
        }
    }

    public void FlushAt(int depth, InputFacts facts)
    {
        if (_depth == depth)
        {
            Flush(facts);
        }
    }

    public void Flush(InputFacts facts)
    {
        if (_begun)
        {
            facts.AddImage(_size, _low ? ImageDetail.Low : ImageDetail.Auto);
        }

        this = default;
    }
}
