# gnuplot loss-cost.gp: rate lost to frames lost with 1e-4, against frames sent again for each
set terminal svg size 640,360 dynamic font "sans,12"
set output "loss-cost.svg"
set xlabel "frames sent again per lost frame"
set ylabel "cost [flow's own time]"
set logscale xy
set xrange [0.7:300]
set yrange [5e-5:5e-2]
set key top left
set grid
# frames per lost one, cost ÷ (p ÷ (1 − p)) × 1e-4, of the table
$measured << EOD
1 1.0000e-04
1 1.0000e-04
1 1.0170e-04
3.46 3.4600e-04
8.84 8.8488e-04
75.9 7.6583e-03
79.4 8.0115e-03
120.2 1.2284e-02
126.5 1.2359e-02
EOD
plot 1e-4*x with lines lc "gray" title "closed form", $measured with points pt 7 lc "#0060ad" title "measured"
