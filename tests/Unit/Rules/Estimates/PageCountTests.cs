using System.Text;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

public sealed class PageCountTests
{
    [Theory]
    [InlineData("%PDF-1.4 << /Type /Page >> << /Type/Page/Parent 1 0 R>> <</Type /Pages /Kids[] >>", 2)]
    [InlineData("%PDF-1.4 << /Type /Pages /Count 12 /Kids [] >>", 12)]
    [InlineData("%PDF-1.4 << /Type /Pages /Count 3 >> << /Type /Pages /Count\n7 >>", 7)]
    [InlineData("%PDF-1.4 << /Count 1 >> << /Type /Page >> << /Type\r\n/Page >>", 2)]
    [InlineData("%PDF-1.4 << /Count 99999999999999999999 /Type /Page >>", 1)]
    [InlineData("%PDF-1.4 << /Count -5 /Type /Page >>", 1)]
    [InlineData("%PDF-1.4 /Type /Page", 1)]
    public void Pages_are_counted_where_they_can_be_seen(string pdf, long pages) => Assert.Equal(pages, Count(pdf));

    [Theory]
    [InlineData("%PDF-1.7 << /Type /ObjStm /N 100 >> stream")]
    [InlineData("%PDF-1.7 << /Type /PageLabels >> << /Type /Pages >>")]
    [InlineData("%PDF-1.7 /Count /Count /Count")]
    [InlineData("%PDF-1.7 /")]
    public void A_file_that_hides_its_pages_has_none_that_can_be_counted(string pdf) => Assert.Null(Count(pdf));

    [Fact]
    public void Where_a_file_is_cut_into_pieces_changes_nothing()
    {
        var pdf = Encoding.ASCII.GetBytes(
            "%PDF-1.4 << /Type /Pages /Count 3 >> << /Type /Page >> << /Type /Page >> "
            + "/Type/Page  /Type /Page /Type /Page");
        for (var cut = PageCount.Overlap; cut < pdf.Length; cut++)
        {
            var count = default(PageCount);
            count.Add(pdf.AsSpan(0, cut), isLast: false);
            count.Add(pdf.AsSpan(cut - PageCount.Overlap), isLast: true);

            Assert.Equal((cut, 5L), (cut, count.Pages));
        }
    }

    [Theory]
    [InlineData("%PDF-1.4", true)]
    [InlineData("\r\n junk %PDF-", true)]
    [InlineData("%PD", false)]
    [InlineData("", false)]
    public void A_PDF_says_that_it_is_one(string beginning, bool isPdf) =>
        Assert.Equal(isPdf, PageCount.IsPdf(Encoding.ASCII.GetBytes(beginning)));

    private static long? Count(string pdf)
    {
        var count = default(PageCount);
        count.Add(Encoding.ASCII.GetBytes(pdf), isLast: true);
        return count.Pages;
    }
}
